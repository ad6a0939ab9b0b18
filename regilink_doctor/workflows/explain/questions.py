"""A question or a symptom in English or Japanese: the failures that look like it, the silent ones above all.

`SYMPTOMS` are what people describe in known words. Beside them a question is compared with the entry of each failure,
in every language, and with the questions in asked.json: to have one recognized, add it there.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter, defaultdict
from functools import cache
from math import log

from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.records import record
from regilink_doctor.core.target_path import misspelled_prefix
from regilink_doctor.core.targets import target_of
from regilink_doctor.languages import list_translations
from regilink_doctor.workflows.explain import paths
from regilink_doctor.workflows.explain.explanation import Explanation, causes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.core.organization_view import OrganizationView

_KANA = re.compile(r"[\u3040-\u30ff]")
_QUOTES = "\"'`「」『』"
_ASKING = ("why", "how", "what", "where", "when", "which", "can", "could", "does", "do", "did", "is", "are", "should")
_LOG = re.compile(
    r"^[ \t]+\S.*[:=\]]|\[\w+=|^\S+: \S+: |^[\w<>]+(?:\.[\w<>]+)+: |^\w+Warning: |^[A-Z]{4,8}: |^wandb: |^Failed to "
    r"|^[$*#]+ |: [Ee]rror\b|(?<![\w-])/[\w.-]+/"
    r"|^(?:\S+ )?\S*\d\d:\d\d:\d\d|\d{8}_\d{6}|\w[:=] ?-?\d+\.\d+(?![.\d])|\A(?:[^\n]*\n){6}",
    re.MULTILINE,
)
"""Indented lines, values in brackets, the prefixes of programs, names of classes, clocks, folders, many lines."""
_INLINE_CODE = re.compile(r"`[^`\n]*`")
_SENTENCE = re.compile(r"^\W{0,4}(?:\S+ ){4,}\S+[.?!:,]?\W*$|[\u3040-\u30ff].*[\u3002\uff1f]")
_REPORTS_A_PROBLEM = re.compile(
    r"\b(?:error|fail|issue|problem|wrong|why|how|can't|cannot|unable|doesn't|stuck|hang)|[?\uff1f]"
    r"|なぜ|どう|エラー|失敗|できない|できません|ません[\u3002か]"
)
_IS_FIRST_PERSON = re.compile(
    r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|me|us|[Ww]hen (?:trying|running|using|calling|I))\b"
    r"|(?:です|ます|ません|ください|ました)"
)
_NAMES_SUBJECT = re.compile(
    r"wandb|w&b|regist|artifact|\blink|\bruns?\b|sweep|alias|collection|api key|torchrun|\bentity\b|\bpath\b"
    r"|パス|レジストリ|アーティファクト|リンク|権限|役割|スイープ|エイリアス|コレクション|キー|エンティティ|モデル",
    re.IGNORECASE,
)
_POINTS = (0.45, 0.6, 1.0, 2.0)
"""What a symptom counts, by how specific it is; what words have in common with an entry counts 1 at most."""
_LEAST_OF_QUESTION, _LEAST_OF_SENTENCE = 0.12, 0.16
_OF_NEXT_SYMPTOM, _OF_NEXT_FAILURE = 0.6, 0.65
_MOST_FAILURES = 8
_HEADING_LINES = 3
"""Within so many lines somebody who reports a problem has begun to write."""
_ASKED = os.path.join(os.path.dirname(__file__), "asked.json")
"""Questions that were asked, by the failure they are about, in words that its entry does not have."""
# How much a word counts by where it is.
_IN_TITLE, _IN_RECOGNIZE, _IN_HAPPENS, _IN_HELP, _IN_EXAMPLE = 3.0, 2.0, 1.5, 1.0, 2.0
_MOST = 4.0
"""A word counts no more than this, however often an entry has it."""
_OF_NAME = 2.5
_PER_WORD = 0.002
"""A long entry has many words by chance: each of its words counts a little less."""
_COMMON = re.compile(
    "a|an|and|are|as|at|be|but|by|can|did|do|does|for|from|has|have|how|i|if|in|into|is|it|its|my|not|of|on|or|our|so"
    "|than|that|the|then|there|this|to|was|we|what|when|where|which|why|with|you|your"
)
_WORD = re.compile(r"[A-Za-z_][\w.-]*|\d+", re.ASCII)
_PART = re.compile(r"[._-]")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]+")
_ENDINGS = ("ing", "ies", "es", "ed", "s")
_SHORTEST_STEM = 3


@record
class Symptom:
    """What people describe. A question has it when it has a word of each of the named groups.

    Of several symptoms the most specific one counts most, then the one with the most groups, then the earlier one.
    """

    title: str
    groups: tuple[str, ...]
    failures: tuple[str, ...]
    specific: int = 0
    """Above 0 for words that hardly occur in a question about anything else."""
    write: tuple[str, ...] = ()
    """The answer, where the question is what to write."""


# Groups of words, English and Japanese. `_` is a space, which Japanese may leave out; in English `*` is any ending.
WORDS = {
    "access": (
        "permission* denied 403 forbidden not_allowed access_to no_access get_access rights no_right role seat refus*",
        "権限 役割 拒否 許可 アクセス ロール シート",
    ),
    "account": ("entity entities account team workspace user", "エンティティ アカウント チーム"),
    "alias": ("alias* promot*", "エイリアス 昇格"),
    "alias-or-latest": ("alias* latest", "エイリアス latest"),
    "another": ("wrong other another different own unexpected instead", "別の 違う 間違"),
    "ask": ("how what which format syntax", "どう 書き方 方法 何 どの やり方"),
    "ci": ("ci github_action* service_account* pipeline* CI", "サービスアカウント"),
    "colleague": (
        "colleague* others teammate* everyone coworker* co-worker* other_user* other_people other_team*",
        "同僚 他の人 他のユーザ 他チーム メンバー",
    ),
    "connection": (
        "cannot_connect can't_connect unable_to_connect connection_refused connection_fail* unreachable",
        "接続できません 接続できない 接続が拒否 接続を拒否 接続に失敗 接続エラー つながらない 繋がらない "
        "つながりません 繋がりません",
    ),
    "consume": ("use_artifact use_model api.artifact read reading load*", "読み 読む"),
    "create": ("creat* make new", "作成 作る 作り 新規"),
    "delete": ("delet* remov* clean* ttl expir* retention unlink*", "削除 消す 消し 期限 保持"),
    "disk": ("disk space quota cache storage", "ディスク 容量 キャッシュ ストレージ"),
    "download": ("download* fetch*", "ダウンロード 取得"),
    "exists-test": ("artifact_exists artifact_collection_exists", "artifact_exists"),
    "fail": (
        "fail* error* broke* break* broken crash* can't cannot unable n't",
        "失敗 エラー できない できません 動か",
    ),
    "find": ("find found unable resolve", "見つか 解決 不明"),
    "finish": (
        "finish* ended no_active_run callback* lightning ultralytics transformers",
        "終了 なくな コールバック",
    ),
    "here": (
        "works_on works_in works_for work_on work_in locally my_machine on_the_cluster on_the_server",
        "ローカル 手元 クラスタ",
    ),
    "key": (
        "api_key* apikey* login log_in logged_in credential* 401 authenticat*",
        "APIキー ログイン 認証 キー",
    ),
    "legacy": (
        "legacy migrat* link_model model-registry old_registry registered_model*",
        "移行 レガシー 旧",
    ),
    "link": ("link*", "リンク 紐"),
    "moves": ("move* moving disappear* point* gone lost vanish* jump*", "移動 消え 動い 指し 外れ"),
    "none": ("none null None", ""),
    "not": (
        "not n't never nothing no cannot missing empty without disappear* vanish* gone lost where",
        "ない ません 消え 空 どこ 無い",
    ),
    "not-found": (
        "not_found 404 doesn't_exist does_not_exist unknown can't_find",
        "見つかりません 見つからない 存在しない",
    ),
    "offline": ("offline sync* no_internet without_internet air_gap* air-gap*", "オフライン 同期 インターネット"),
    "old": ("wrong old older other another different stale previous not_the_one", "古い 違う 別の"),
    "organization": ("organization organisation", "組織"),
    "path": (
        "target_path prefix path link* organization organisation",
        "パス リンク 組織 プレフィックス 接頭 名前",
    ),
    "personal": ("personal my_own private wrong other another different unexpected", "個人 別の 違う"),
    "personal-account": ("personal_account*", "個人アカウント"),
    "project": ("project*", "プロジェクト"),
    "registry": ("registry registries collection*", "レジストリ コレクション"),
    "registry-missing": (
        "registry_not_found registry_is_not_found registry_does_not_exist registry_doesn't_exist",
        "レジストリが見つか レジストリは見つか レジストリが存在しない",
    ),
    "return": ("return* result give* is", "返 結果 なる"),
    "same": (
        "duplicat* twice multiple several many eight four extra distributed ddp every_rank every_process every_gpu",
        "重複 複数 何個も 二重 分散 数だけ",
    ),
    "says": ("says it_says said", "言われ と出"),
    "show": (
        "appear* show* see seen visible listed find found there exist* arrive* missing empty gone go goes "
        "went disappear* vanish* register* publish* reflect* land* not_in isn't_in aren't_in nothing_in",
        "表示 空 見え 見つか 出て 反映 現れ 登録 行方 消え 載ら レジストリにない レジストリに無い 入って",
    ),
    "silent": (
        "succe* does_nothing nothing_happen* no_error without_error without_any_error silent*",
        "成功 エラーなし エラーもなし エラーは出ない エラーが出ない エラーも出ない",
    ),
    "slow": (
        "time_out timeout timed_out slow* hang* stuck freez* forever",
        "タイムアウト 遅い 固ま 止ま 終わらない フリーズ",
    ),
    "sweep": ("sweep* launch* agent", "スイープ エージェント"),
    "test": ("test* mock* fixture* pytest", "テスト モック"),
    "thing": (
        "model* artifact* dataset* version* checkpoint* weights",
        "モデル アーティファクト データセット バージョン 重み",
    ),
    "ttl": ("ttl time_to_live expir* retention", "TTL 期限 保持"),
    "type": ("type types", "型 タイプ 種類"),
    "worker": (
        "rank* process* gpu* link* model* artifact* version*",
        "プロセス モデル バージョン アーティファクト",
    ),
    "admin": (
        "admin* protected",
        "管理者 保護",
    ),
    "by-default": (
        "default_entity ignores_entity ignores_the_entity entity_is_ignored entity_is_not entity_does_not "
        "entity_doesn't under_my_username my_username_instead",
        "デフォルトのエンティティ 既定のエンティティ entity_を指定しても",
    ),
    "bucket": (
        "s3 bucket* gcs azure reference_artifact*",
        "バケット 参照アーティファクト",
    ),
    "collection": (
        "collection*",
        "コレクション",
    ),
    "colon": (
        ":prod* :v* :latest :alias colon",
        "コロン",
    ),
    "core": (
        "wandb-core wandb-service wandb_service",
        "",
    ),
    "disabled": (
        "disabled",
        "無効",
    ),
    "display": (
        "display_name",
        "表示名",
    ),
    "first-part": (
        "in_front_of front before first_part beginning",
        "先頭 前に 最初",
    ),
    "folder-of-wandb": (
        "staging local/share/wandb .cache/wandb",
        "ステージング",
    ),
    "full": (
        "full fill* space quota diskquota* disk_quota* big large grow*",
        "いっぱい 容量 溢れ 満杯",
    ),
    "home": (
        "home home_directory disk .cache cache",
        "ホームディレクトリ ディスク キャッシュ",
    ),
    "import": (
        "import_wandb be_imported install* protobuf pydantic pip has_no_attribute",
        "インストール インポート import_でき",
    ),
    "key-length": (
        "86 40_characters",
        "86文字 40文字",
    ),
    "library": (
        "ultralytics yolo lightning transformers keras callback* trainer.fit trainer.train",
        "コールバック",
    ),
    "membership": (
        "membership",
        "",
    ),
    "network-way": (
        "proxy certificate* ssl tls firewall dns",
        "プロキシ 証明書 ファイアウォール",
    ),
    "no-raise": (
        "not_raise doesn't_raise no_exception prints_an_error only_prints just_prints",
        "例外にならない 例外が出ない 表示するだけ",
    ),
    "none-registry": (
        "wandb-registry-none wandb-registry-null",
        "",
    ),
    "old-registry": (
        "old_model_registry old_registry legacy_registry previous_registry",
        "古いモデルレジストリ 旧モデルレジストリ 古いレジストリ 以前のレジストリ",
    ),
    "overwrite": (
        "overwrit* same_folder same_directory mixed",
        "上書き 混ざ",
    ),
    "own": (
        "personal my_own private",
        "個人 自分",
    ),
    "pin": (
        "leave_out_the_alias leave_out_the_version without_alias without_an_alias without_a_version without_version "
        "no_alias omit*",
        "エイリアスを省略 バージョンを省略 エイリアスなし バージョンなし",
    ),
    "process": (
        "fork* multiprocess* spawn* subprocess* workers",
        "マルチプロセス フォーク 子プロセス",
    ),
    "project-name": (
        "project_name project's_name name_of_the_project",
        "プロジェクト名",
    ),
    "queue": (
        "queue* launch_agent",
        "キュー",
    ),
    "rate": (
        "429 rate_limit* too_many_requests",
        "レート制限",
    ),
    "reader": (
        "viewer* view-only read-only restricted",
        "閲覧者 ビューア 読み取り専用",
    ),
    "registry-itself": (
        "registry registries",
        "レジストリ",
    ),
    "resume": (
        "resum*",
        "再開",
    ),
    "run-goes": (
        "run_goes runs_go run_ends_up runs_end_up runs_appear run_appears runs_land run_lands logs_to",
        "run_が run_は ランが ランは",
    ),
    "server-error": (
        "500 502 503 504 bad_gateway internal_server_error",
        "",
    ),
    "skipped": (
        "skip* not n't fail* nothing missing empty error*",
        "スキップ ない ません 失敗 エラー",
    ),
    "slash": (
        "slash* character*",
        "スラッシュ 文字",
    ),
    "sync": (
        "sync*",
        "同期",
    ),
    "upload": (
        "upload*",
        "アップロード",
    ),
    "url": (
        "url urls address",
        "URL アドレス",
    ),
    "wandb-run": (
        "wandb.run",
        "",
    ),
    "allowed": (
        "allow* character* letters symbol* spaces may_i can_i valid",
        "文字 使え 記号 許され 付けられ",
    ),
    "artifact-link": (
        "artifact.link",
        "",
    ),
    "call-that-is-not-there": (
        "wandb.link_artifact wandb.link_model wandb.link command_line cli",
        "コマンドライン",
    ),
    "default": (
        "by_default default",
        "デフォルト 既定",
    ),
    "empty": (
        "empty unset",
        "空",
    ),
    "feature": (
        "feature* not_enabled not_supported upgrad*",
        "機能 対応 アップグレード",
    ),
    "committed": (
        "not_committed has_not_committed uncommitted",
        "コミットされて",
    ),
    "expression": (
        "regular_expression* regex* filter*",
        "正規表現 フィルタ",
    ),
    "prefix": (
        "wandb-registry- prefix",
        "プレフィックス 接頭",
    ),
    "same-time": (
        "same_time simultaneous* concurrent* in_parallel race*",
        "同時 並列",
    ),
    "space": (
        "space spaces",
        "空白 スペース",
    ),
    "version": (
        "version on_version",
        "バージョン",
    ),
    "named-none": (
        "called_none named_none is_none becomes_none",
        "Noneという None_という Noneに",
    ),
    "run-link": (
        "run.link_artifact",
        "",
    ),
    "server": (
        "server self-hosted self-managed on-prem* local_server",
        "サーバ オンプレ",
    ),
    "variable": (
        "environment_variable* env_var* variable*",
        "環境変数 変数",
    ),
    "api-registry": (
        "api.registry api.registries",
        "",
    ),
    "changed": (
        "chang* edit* updat* differ*",
        "変わ 変更 書き換",
    ),
    "copy": (
        "copy copies copied duplicate*_the_files twice_the_storage",
        "コピー 複製",
    ),
    "gone": (
        "gone vanish* disappear* lost",
        "なくなっ 消えて",
    ),
    "leak": (
        "leak* committed_to_git* committed_my expos* in_a_notebook in_my_notebook in_the_code hard-coded "
        "hardcoded pushed_to_git*",
        "漏れ 漏洩 書いてしま 書き込んで コミット",
    ),
    "old-wandb": (
        "old_wandb older_wandb wandb_version* version_of_wandb",
        "古いwandb wandb_の_バージョン wandbのバージョン",
    ),
    "upgrade": (
        "upgrad* after_updating pip_install_-U",
        "アップグレード アップデート",
    ),
    "uri": (
        "registry:// wandb-artifact:// mlflow",
        "",
    ),
    "version-number": (
        "v0 version_number* numbering same_version",
        "バージョン番号",
    ),
    "lineage": (
        "lineage logged_by used_by source_run source_artifact graph",
        "リネージ 系譜 由来",
    ),
    "memory": (
        "oom out_of_memory killed dies died",
        "メモリ 強制終了",
    ),
    "metadata": (
        "tag tags description metadata",
        "タグ 説明 メタデータ",
    ),
    "other-organization": (
        "another_organization other_organization* different_organization another_org other_org",
        "別の組織 他の組織",
    ),
    "other-team": (
        "another_team other_team* different_team other_people's",
        "別のチーム 他のチーム 他チーム",
    ),
    "rename": (
        "renam* new_name change_the_name",
        "改名 名前を変 リネーム",
    ),
    "reserved": (
        "reserved",
        "予約",
    ),
    "swallow": (
        "except hides hidden hide swallow* ignor* caught catch*",
        "握りつぶ 隠 無視 飲み込",
    ),
}

_IN_EVERY_QUESTION = ("ask", "fail", "here", "not", "return", "says", "silent", "skipped")
_ABSENT = say("the version is not in the registry, and nothing failed")
_SILENT = ("A1", "A2", "C5", "C13", "A4", "B14")

SYMPTOMS: tuple[Symptom, ...] = (
    Symptom("wandb is disabled", ("disabled", "none"), ("C5", "C5b", "F4"), specific=3),
    Symptom("wandb is disabled", ("disabled", "link"), ("C5", "C5b", "B14"), specific=2),
    Symptom("the run is finished, or there is none", ("wandb-run", "none"), ("F4", "C8", "C5"), specific=3),
    Symptom("the run is finished, or there is none", ("library", "finish"), ("F4", "C8"), specific=2),
    Symptom("the run went to another entity", ("by-default",), ("B2", "A15", "B9"), specific=2),
    Symptom("the run went to another entity", ("run-goes", "personal", "account"), ("B2", "B1", "A15"), specific=2),
    Symptom("the run went to another entity", ("run-goes", "own"), ("B2", "B1", "A15"), specific=2),
    Symptom("the length of the API key", ("key", "key-length"), ("F3", "C18"), specific=3),
    Symptom("W&B is slow, or fails itself", ("server-error",), ("F2", "F17", "C19"), specific=2),
    Symptom("too many requests", ("rate",), ("B17", "F2"), specific=3),
    Symptom("the server cannot be reached", ("network-way",), ("C19", "F2"), specific=2),
    Symptom("the role in the registry", ("reader", "download"), ("D7", "B8", "B7"), specific=3),
    Symptom("the role in the registry", ("reader", "link"), ("B7", "B8"), specific=2),
    Symptom("the type of the collection", ("collection", "type"), ("B5", "B4"), specific=3),
    Symptom("nothing is pinned when reading", ("pin",), ("D3", "B12"), specific=2),
    Symptom("an offline run that is not synced", ("sync", "skipped"), ("F13", "C1"), specific=2),
    Symptom("the disk is full", ("home", "full"), ("F7", "E4"), specific=2),
    Symptom("the disk is full", ("folder-of-wandb", "full"), ("F7", "E4"), specific=3),
    Symptom("the legacy model registry", ("old-registry",), ("A14", "B17"), specific=3),
    Symptom("the first part of the path", ("account", "organization", "first-part"), ("A12", "A13", "A15"), specific=3),
    Symptom(
        "the first part of the path", ("organization", "registry-itself", "first-part"), ("A12", "A13"), specific=1
    ),
    Symptom("the two names of an organization", ("display",), ("A13", "A12"), specific=3),
    Symptom("an artifact of a personal account", ("own", "project", "link"), ("B1", "B2", "C20"), specific=2),
    Symptom("the files of a reference", ("bucket", "download"), ("F6", "D7"), specific=3),
    Symptom("a protected alias", ("admin", "alias"), ("B10", "B11"), specific=3),
    Symptom("a sweep or a launch job", ("queue",), ("F16", "B2"), specific=2),
    Symptom("a sweep or a launch job", ("sweep", "not-found"), ("F16", "B2"), specific=2),
    Symptom("wandb that is not installed as the code expects", ("import",), ("F15", "F21"), specific=2),
    Symptom("wandb's own process", ("core",), ("F14", "F15"), specific=3),
    Symptom("a process that did not start the run", ("process", "link"), ("C16", "C14"), specific=2),
    Symptom("a placeholder in the path", ("none-registry",), ("A7", "A15"), specific=3),
    Symptom("a version in the target path", ("colon", "path"), ("A8", "B11"), specific=3),
    Symptom("an address as the target path", ("url", "path"), ("A9",), specific=2),
    Symptom("an error that is not raised", ("no-raise",), ("B14", "C13"), specific=3),
    Symptom("two downloads in one folder", ("download", "overwrite"), ("D10", "F6"), specific=2),
    Symptom("the collection or version is not found", ("membership",), ("D2", "D1"), specific=3),
    Symptom("the collection or version is not found", ("alias", "not-found"), ("D2", "D1"), specific=2),
    Symptom(
        "the registry is not found", ("registry-itself", "says", "not-found"), ("B3", "A10", "D1", "B7"), specific=1
    ),
    Symptom("the upload fails", ("upload", "fail"), ("C10", "F17", "C19"), specific=2),
    Symptom("a run id that is used again", ("resume",), ("F19", "F13"), specific=2),
    Symptom("the name of the project", ("project-name", "slash"), ("F20",), specific=3),
    Symptom("tests", ("test", "link"), ("E1", "C5", "C5b"), specific=1),
    Symptom("wandb's own process", ("memory", "link"), ("F14", "C8", "F13"), specific=2),
    Symptom("what a link is", ("copy", "link"), ("B16", "C7"), specific=2),
    Symptom("a key that others can read", ("key", "leak"), ("E2", "F11", "C18"), specific=3),
    Symptom("wandb that is too old", ("old-wandb", "download"), ("D8", "B14"), specific=3),
    Symptom("wandb that is too old", ("old-wandb",), ("B14", "D8"), specific=1),
    Symptom("wandb that does not fit", ("upgrade", "fail"), ("F21", "F15", "B14"), specific=1),
    Symptom("an address of another tool", ("uri",), ("D12", "F12"), specific=3),
    Symptom("the numbers of versions", ("version-number", "another"), ("B12", "B11"), specific=3),
    Symptom("the numbers of versions", ("version-number", "project"), ("B12", "B11"), specific=2),
    Symptom("something was deleted", ("gone", "delete"), ("F8", "B16", "B15"), specific=2),
    Symptom("the collection or version is not found", ("download", "not-found"), ("D2", "D1", "F6"), specific=2),
    Symptom("the first part of the path", ("path", "organization"), ("A12", "A13", "A15"), specific=1),
    Symptom("a call that does not exist", ("call-that-is-not-there",), ("A18", "B14"), specific=3),
    Symptom("two calls that link", ("artifact-link", "run-link"), ("A16", "C12", "C5b"), specific=3),
    Symptom("a placeholder in the path", ("registry-itself", "named-none"), ("A7", "A15"), specific=3),
    Symptom("a variable without a value", ("variable", "empty"), ("A6", "A5", "A7", "A15"), specific=3),
    Symptom("a server that is too old", ("server", "feature"), ("B13", "B14"), specific=2),
    Symptom("the role in the registry", ("reader", "show"), ("D7", "B8", "B7"), specific=2),
    Symptom("the run went to another entity", ("default", "account"), ("B2", "A15", "B9"), specific=2),
    Symptom("the upload fails", ("committed",), ("C10", "C9"), specific=3),
    Symptom("a filter", ("expression", "registry"), ("D13",), specific=3),
    Symptom("the prefix of a registry", ("prefix", "path"), ("A1", "A11", "A4"), specific=1),
    Symptom("links at the same time", ("same-time", "link"), ("C14", "B11"), specific=2),
    Symptom("letters of a name", ("space", "path"), ("A10", "C17"), specific=1),
    Symptom("a server that is too old", ("server", "version"), ("B13", "B8"), specific=2),
    Symptom("a reserved type", ("reserved", "type"), ("B6", "B4"), specific=3),
    Symptom("a source that is hidden", ("lineage", "not"), ("D11", "D17", "C6"), specific=2),
    Symptom("one end changes the other", ("metadata", "changed"), ("B16", "D11"), specific=2),
    Symptom("errors that are dropped", ("swallow", "fail"), ("C13", "B14", "D16"), specific=2),
    Symptom("a new name", ("rename", "registry"), ("E3", "A10", "B16"), specific=2),
    Symptom("letters of a name", ("collection", "allowed"), ("A10", "C17", "A3"), specific=2),
    Symptom("another organization", ("other-organization",), ("A12", "A13", "B1"), specific=2),
    Symptom("the role in the registry", ("colleague", "download", "fail"), ("D7", "B7", "B8"), specific=3),
    Symptom("the role in the registry", ("other-team", "download"), ("D7", "B7", "B3"), specific=3),
    Symptom("the registry is not found", ("api-registry", "not"), ("D1", "A13", "D15", "D13"), specific=2),
    Symptom(_ABSENT, ("show", "not", "registry"), _SILENT),
    Symptom(_ABSENT, ("link", "not", "show"), _SILENT),
    Symptom(_ABSENT, ("thing", "not", "show"), _SILENT),
    Symptom(_ABSENT, ("link", "silent"), _SILENT),
    Symptom("the link went to another project", ("another", "project"), ("A1", "A2", "A5", "A16", "B2")),
    Symptom("the link went to another entity", ("personal", "account"), ("B2", "B1", "A15", "B9")),
    Symptom("the link returns None", ("none", "return"), ("C5", "B14", "F4"), specific=1),
    Symptom("the server cannot be reached", ("connection",), ("C19", "F2", "C1"), specific=1),
    Symptom("the account may not do it", ("access",), ("B7", "B8", "D7", "B2", "B1"), specific=1),
    Symptom("a run without network", ("offline",), ("C1", "C2", "F13", "C3"), specific=1),
    Symptom("a version other than the one you meant", ("old", "thing"), ("B12", "B11", "D3", "A8")),
    Symptom("a version other than the one you meant", ("download", "old"), ("B12", "D3", "B11", "D10"), specific=1),
    Symptom("an alias that has moved", ("alias-or-latest", "moves"), ("B11", "B12", "B10"), specific=1),
    Symptom("a test whether an artifact exists", ("exists-test",), ("D16", "D2", "D12"), specific=2),
    Symptom("an artifact of a personal account", ("personal-account",), ("B1", "B2", "C20", "C12"), specific=1),
    Symptom("aliases", ("alias",), ("B11", "B10", "A8", "C14")),
    Symptom("the API key or the login", ("key",), ("C18", "F3", "F11", "C19")),
    Symptom("it is slow, or hangs", ("slow",), ("F2", "C19", "F14")),
    Symptom(
        "how to write the target path",
        ("ask", "path"),
        ("A1", "A12", "A13", "A2"),
        write=('run.link_artifact(artifact, target_path="wandb-registry-REGISTRY/COLLECTION")',),
    ),
    Symptom("the registry refuses the type", ("type",), ("B4", "B5", "B6", "D6"), specific=2),
    Symptom("the registry is not found", ("registry-missing",), ("B3", "D1", "A10", "B7"), specific=2),
    Symptom("the registry, collection or version is not found", ("not-found",), ("B3", "A10", "D1", "D2")),
    Symptom("the collection or version is not found", ("consume", "not-found"), ("D2", "D1", "B3", "A10"), specific=1),
    Symptom("the collection or version is not found", ("says", "not-found"), ("D2", "B3", "D1", "A10"), specific=1),
    Symptom("the organization is not found", ("organization", "find"), ("A12", "B2", "A13", "A15"), specific=2),
    Symptom("a registry is to be created", ("create", "registry"), ("D18", "B3", "B7")),
    Symptom("the same version several times", ("same", "worker"), ("C14", "B2", "B12")),
    Symptom("tests", ("test",), ("C5", "E1", "C5b")),
    Symptom("the download fails", ("download",), ("F6", "D7", "D8", "F7", "D10")),
    Symptom("something was deleted, or is to be deleted", ("delete",), ("B16", "F8", "B15")),
    Symptom("something was deleted, or is to be deleted", ("delete", "thing"), ("B16", "F8", "B15"), specific=1),
    Symptom("a time to live", ("ttl",), ("B15", "B16", "F8"), specific=2),
    Symptom("the legacy model registry", ("legacy",), ("A14", "B17")),
    Symptom("a job in CI or as a service account", ("ci",), ("B9", "C18", "C19", "B2"), specific=2),
    Symptom("the disk is full", ("disk",), ("F7", "E4", "F6")),
    Symptom("colleagues do not see it", ("colleague", "show"), ("D7", "B3", "D11", "A1"), specific=2),
    Symptom(
        "a colleague can link, and this account cannot",
        ("colleague", "link", "fail"),
        ("B7", "B2", "B8", "B9"),
        specific=1,
    ),
    Symptom("it works in one place, and not in another", ("here", "fail"), ("B2", "C19", "A15", "B14")),
    Symptom("a sweep or a launch job", ("sweep",), ("B2", "F16", "C14")),
    Symptom("the run is finished, or there is none", ("finish",), ("C8", "F4"), specific=1),
    Symptom("the link fails", ("link", "fail"), ("B1", "B3", "A12", "B7", "C13")),
)


@cache
def _pattern(group: str) -> re.Pattern[str]:
    english, japanese = WORDS[group]
    alternatives = [re.escape(word).replace("_", " ?") for word in japanese.split()]
    for word in english.split():
        text = re.escape(word.removesuffix("*")).replace("_", "[ _]")
        start = "" if word == "n't" else r"(?<!\w)"
        alternatives.append(rf"{start}{text}" + (r"\w*" if word.endswith("*") else r"(?!\w)"))
    # ASCII: a Japanese particle right after a word ends it.
    return re.compile("|".join(alternatives), re.IGNORECASE | re.ASCII)


def is_log(text: str) -> bool:
    """Whether a text has the shape of a program's output, and not of a sentence."""
    return bool(_LOG.search(text))


def is_question(text: str) -> bool:
    """Whether a text without an error and without code is meant as a sentence, and not as a name.

    A registry's name may have spaces, so a text that begins with the prefix is a path whatever follows.
    """
    bare = text.strip().strip(_QUOTES)
    if bare.endswith(("?", "？")):  # noqa: RUF001
        return True
    words = bare.split()
    is_address = "://" in bare and (len(words) < 5 or "://" in words[0])
    if not words or is_address or "(" in bare or is_log(bare):
        return False
    first = words[0].split("/", 8)[:8]  # a path has four
    if any(segment.lower().startswith("wandb-registry") or misspelled_prefix(segment) for segment in first):
        return bool(_KANA.search(bare)) and len(words) > 1
    if words[0].lower() in _ASKING and len(words) >= 3:
        return True
    if "/" in bare and not (len(words) >= 5 and not any("/" in word for word in words[:2])):
        return False
    return bool(_KANA.search(bare)) or len(words) >= 3


LONGEST_QUESTION = 20_000
"""How many characters of a question are read: some patterns take seconds for a million of them."""


def find_prose(text: str) -> str:
    """The sentences of a report that somebody wrote around code and logs; empty where it is a log alone."""
    sentences: list[str] = []
    is_fenced = False
    lines = [line for line in text[:LONGEST_QUESTION].splitlines() if line.strip()]
    for number, line in enumerate(lines):
        if number == _HEADING_LINES and not sentences:
            return ""
        if line.lstrip().startswith("```"):
            is_fenced = not is_fenced
        elif not is_fenced and _SENTENCE.search(line) and not _LOG.search(_INLINE_CODE.sub("", line)):
            sentences.append(line.strip())
    prose = " ".join(sentences)
    return prose if _REPORTS_A_PROBLEM.search(prose) and _IS_FIRST_PERSON.search(prose) else ""


def explain_question(text: str, view: OrganizationView | None = None) -> Explanation | None:
    """The failures that look like what is described; None when no symptom is recognized."""
    # In many spaces a pattern would look for its end again from each.
    searched = " ".join(text[:LONGEST_QUESTION].split())
    found = [
        (-symptom.specific, -len(symptom.groups), number, symptom)
        for number, symptom in enumerate(SYMPTOMS)
        if all(_pattern(group).search(searched) for group in symptom.groups)
    ]
    path = _path_in(text)
    facts = paths.examine(target_of(path), view) if path is not None else None
    symptoms = [symptom for *_, symptom in sorted(found, key=lambda entry: entry[:3])]
    likely = _rank(searched, symptoms[:3])
    if not likely and (facts is None or not facts.wrong):
        return None
    failures = tuple(dict.fromkeys([*(facts.failures if facts is not None else ()), *likely]))
    causes = causes_of(failures, target=path)
    codes = [*(facts.codes if facts is not None else ()), *(code for cause in causes for code in cause.codes)]
    return Explanation(
        "question",
        _title(symptoms, None if facts is not None else failures[0]),
        target=facts.fixed if facts is not None and facts.wrong else None,
        codes=tuple(dict.fromkeys(codes)),
        failures=failures,
        notes=(
            say(
                "`regilink lint` finds most of these in the code, `regilink doctor` on the server; "
                "`regilink explain --list` lists every known failure"
            ),
        ),
        wrong=facts.wrong if facts is not None else (),
        write=symptoms[0].write if symptoms and facts is None else (),
        causes=causes,
    )


def _title(symptoms: Sequence[Symptom], failure_id: str | None) -> str:
    if symptoms:
        return join_phrases("", [say("a question: "), symptoms[0].title])
    if failure_id is None:
        return say("a question about a target path")
    return join_phrases("", [say("a question: "), FAILURES[failure_id].title])


def _rank(text: str, symptoms: Sequence[Symptom]) -> list[str]:
    """The failures that a question is about, likeliest first: by its symptoms, and by the words of their entries."""
    points: dict[str, float] = {}
    for number, symptom in enumerate(symptoms):
        for place, failure in enumerate(symptom.failures):
            share = _OF_NEXT_SYMPTOM**number * _OF_NEXT_FAILURE**place
            points[failure] = points.get(failure, 0.0) + _POINTS[min(symptom.specific, 3)] * share
    if _NAMES_SUBJECT.search(text) and not is_log(text):
        is_asked = _REPORTS_A_PROBLEM.search(text) or text.split(" ", 1)[0].lower() in _ASKING
        for failure, share in _find_similar(text, least=_LEAST_OF_QUESTION if is_asked else _LEAST_OF_SENTENCE).items():
            points[failure] = points.get(failure, 0.0) + share
    return sorted(points, key=lambda failure: -points[failure])[:_MOST_FAILURES]


@cache
def _entries() -> dict[str, dict[str, float]]:
    """The words of each failure, and how much each counts."""
    translations = list_translations("failures")
    with open(_ASKED, encoding="utf-8") as file:
        asked: dict[str, list[str]] = json.load(file)
    entries = {}
    for failure in FAILURES.values():
        weighted = (
            (failure.title, _IN_TITLE),
            (failure.recognize, _IN_RECOGNIZE),
            (failure.happens, _IN_HAPPENS),
            (failure.help, _IN_HELP),
        )
        words: dict[str, float] = defaultdict(float)
        for text, weight in weighted:
            for shown in (text, *(translate(text) for translate in translations)):
                for word in set(_split(shown)):
                    words[word] += weight
        examples = asked.get(failure.id, ())
        for example in examples:
            for word in set(_split(example)):
                words[word] += _IN_EXAMPLE
        for text, weight in (
            (failure.title, _IN_TITLE),
            ("\n".join((failure.recognize, failure.happens)), _IN_HAPPENS),
        ):
            for name in _meanings(text):
                words[name] += weight
        for name, count in Counter(name for example in examples for name in _meanings(example)).items():
            words[name] += _IN_EXAMPLE * min(count, 2)
        entries[failure.id] = dict(words)
    return entries


@cache
def _rarities() -> dict[str, float]:
    """How much a word tells: the fewer entries have it, the more."""
    counts = Counter(word for words in _entries().values() for word in words)
    return {word: log(1 + len(FAILURES) / count) for word, count in counts.items()}


def _find_similar(question: str, least: float) -> dict[str, float]:
    """What each failure has in common with a question, of all that its words could count; none that has too little."""
    rarities = _rarities()
    words = {*_split(question), *_meanings(question)}
    # In a Japanese sentence a name or a word of English says more than two letters of it.
    is_japanese = _JAPANESE.search(question) is not None
    counts = {
        word: rarities.get(word, 2.0) * (_OF_NAME if is_japanese and word[0].isascii() and word[0] != "@" else 1.0)
        for word in words
    }
    whole = _MOST * sum(counts.values())
    similar = {}
    for failure_id, entry in _entries().items():
        common = sum(counts[word] * min(entry[word], _MOST) for word in words if word in entry)
        share = common / (1 + _PER_WORD * sum(entry.values())) / whole if whole else 0.0
        if share >= least:
            similar[failure_id] = share
    return similar


def _split(text: str) -> Iterator[str]:
    """The words without their endings, also the parts of a name; of Japanese each two letters in a row."""
    for word in _WORD.findall(text):
        name = word.lower()
        yield from (_stem(part) for part in {name, *_PART.split(name)} if part and not _COMMON.fullmatch(part))
    for letters in _JAPANESE.findall(text):
        yield from (letters[start : start + 2] for start in range(len(letters) - 1))


def _meanings(text: str) -> set[str]:
    """The groups of words of which a text has one: what is the same in other words, and in the other language."""
    return {f"@{group}" for group in WORDS if group not in _IN_EVERY_QUESTION and _pattern(group).search(text)}


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def _path_in(text: str) -> str | None:
    """A registry path inside a sentence."""
    for word in text.split():
        bare = word.strip(_QUOTES + ",.;:?!()（）。、？")  # noqa: RUF001
        if "/" in bare and "://" not in bare and "registry" in bare.lower():
            return bare
    return None
