"""A question or a symptom in English or Japanese: the failures that look like it, the silent ones above all."""

from __future__ import annotations

import re
from functools import cache

from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.records import record
from regilink_doctor.core.target_path import misspelled_prefix
from regilink_doctor.core.targets import target_of
from regilink_doctor.workflows.explain import paths
from regilink_doctor.workflows.explain.explanation import Explanation, causes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.organization_view import OrganizationView

_KANA = re.compile(r"[\u3040-\u30ff]")
_QUOTES = "\"'`「」『』"
_ASKING = ("why", "how", "what", "where", "when", "which", "can", "could", "does", "do", "did", "is", "are", "should")
_LOG = re.compile(
    r"^[ \t]+\S.*[:=\]]|\[\w+=|^\S+: \S+: |^[\w<>]+(?:\.[\w<>]+)+: |^\w+Warning: |^[A-Z]{4,8}: |^wandb: "
    r"|^[$*#]+ |: [Ee]rror\b|(?<![\w-])/[\w.-]+/"
    r"|^(?:\S+ )?\S*\d\d:\d\d:\d\d|\d{8}_\d{6}|\w[:=] ?-?\d+\.\d+(?![.\d])|\A(?:[^\n]*\n){6}",
    re.MULTILINE,
)
"""Indented lines, values in brackets, the prefixes of programs, names of classes, clocks, folders, many lines."""


@record
class Symptom:
    """What people describe. A question has it when it has a word of each of the named groups.

    Of several symptoms the most specific one decides, then the one with the most groups, then the earlier one.
    """

    title: str
    groups: tuple[str, ...]
    failures: tuple[str, ...]
    specific: int = 0
    """Above 0 for words that hardly occur in a question about anything else."""
    write: tuple[str, ...] = ()
    """The answer, where the question is what to write."""


# Groups of words, English and Japanese. In English `*` stands for any ending and `_` for a space.
WORDS = {
    "access": (
        "permission* denied 403 forbidden not_allowed access rights no_right role seat refus*",
        "権限 拒否 許可 アクセス ロール シート",
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
        "接続できません 接続できない 接続が拒否 接続を拒否 接続に失敗 接続エラー つながらない 繋がらない",
    ),
    "consume": ("use_artifact use_model api.artifact read reading load*", "読み 読む"),
    "create": ("creat* make new", "作成 作る 作り 新規"),
    "delete": ("delet* remov* clean* ttl expir* retention unlink*", "削除 消す 消し 期限 保持"),
    "disk": ("disk space quota cache storage", "ディスク 容量 キャッシュ ストレージ"),
    "download": ("download* fetch*", "ダウンロード 取得"),
    "exists-test": ("artifact_exists artifact_collection_exists", "artifact_exists"),
    "fail": ("fail* error* broken crash* can't cannot unable n't", "失敗 エラー できない できません 動か"),
    "find": ("find found unable resolve", "見つか 解決 不明"),
    "finish": (
        "finish* ended no_active_run callback* lightning ultralytics transformers",
        "終了 コールバック",
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
        "重複 複数 何個も 二重 分散",
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
}

_ABSENT = say("the version is not in the registry, and nothing failed")
_SILENT = ("A1", "A2", "C5", "C13", "A4", "B14")

SYMPTOMS: tuple[Symptom, ...] = (
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
    alternatives = [re.escape(word) for word in japanese.split()]
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
    if not words or "://" in bare or "(" in bare or is_log(bare):
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
    if not found and (facts is None or not facts.wrong):
        return None
    symptoms = [symptom for *_, symptom in sorted(found, key=lambda entry: entry[:3])]
    ids = [*(facts.failures if facts is not None else ())]
    ids += [failure for symptom in symptoms[:3] for failure in symptom.failures]
    failures = tuple(dict.fromkeys(ids))
    causes = causes_of(failures, target=path)
    codes = [*(facts.codes if facts is not None else ()), *(code for cause in causes for code in cause.codes)]
    return Explanation(
        "question",
        join_phrases("", [say("a question: "), symptoms[0].title])
        if symptoms
        else say("a question about a target path"),
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


def _path_in(text: str) -> str | None:
    """A registry path inside a sentence."""
    for word in text.split():
        bare = word.strip(_QUOTES + ",.;:?!()（）。、？")  # noqa: RUF001
        if "/" in bare and "://" not in bare and "registry" in bare.lower():
            return bare
    return None
