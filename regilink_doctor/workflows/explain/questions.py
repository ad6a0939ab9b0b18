"""A question or a symptom in English or Japanese: the failures that look like it, the silent ones above all.

`SYMPTOMS` are combinations of word groups that mean a failure. A question is also compared with those that were asked
before (asked_questions.py). To have a question recognized, add it to asked.json.
"""

from __future__ import annotations

import re

from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.records import record
from regilink_doctor.core.target_path import misspelled_prefix
from regilink_doctor.core.targets import target_of
from regilink_doctor.workflows.explain import paths
from regilink_doctor.workflows.explain.asked_questions import compare_with_asked, find_groups, share_of
from regilink_doctor.workflows.explain.explanation import Explanation, causes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from regilink_doctor.core.organization_view import OrganizationView

_KANA = re.compile(r"[\u3040-\u30ff]")
_QUOTES = "\"'`「」『』"
_ASKING = ("why", "how", "what", "where", "when", "which", "can", "could", "does", "do", "did", "is", "are", "should")
_LOG = re.compile(
    r"^[ \t]+\S.*[:=\]]|\[\w+=|^\S+: \S+: |^[\w<>]+(?:\.[\w<>]+)+: |^\w+Warning: |^[A-Z]{4,8}: |^wandb: |^Failed to "
    r"|^[$*#]+ |: [Ee]rror\b|(?<![\w~-])/[\w.-]+/"
    r"|^(?:\S+ )?\S*\d\d:\d\d:\d\d|\d{8}_\d{6}|\w[:=] ?-?\d+\.\d+(?![.\d])|\A(?:[^\n]*\n){6}",
    re.MULTILINE,
)
"""Indented lines, values in brackets, the prefixes of programs, names of classes, clocks, folders, many lines."""
_INLINE_CODE = re.compile(
    r"""`[^`\n]*` | \b\w{1,60}(?:\(\))?(?:\.\w{1,60}(?:\(\))?){0,8}\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)
      | (["'])(?=[^\s"']*/)[^\s"']+\1""",
    re.VERBOSE,
)
"""Code between backticks, calls, and paths between quotes."""
_SENTENCE = re.compile(r"^\W{0,4}(?:\S+ ){4,}\S+[.?!:,]?\W*$|[\u3040-\u30ff].*[\u3002\uff1f]")
_REPORTS_A_PROBLEM = re.compile(
    r"\b(?:error|fail|issue|problem|wrong|why|how|can't|cannot|unable|doesn't|stuck|hang)|[?\uff1f]"
    r"|なぜ|どう|エラー|失敗|できない|できません|ません[\u3002か]"
)
_IS_FIRST_PERSON = re.compile(
    r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|me|us|[Ww]hen (?:trying|running|using|calling|I))\b"
    r"|(?:です|ます|ません|ください|ました)"
)
_IS_POLITE = re.compile(r"(?:です|ます|ません|ました|でした|ください|でしょう)か?[\u3002\uff1f]")
"""A polite Japanese sentence, which is addressed to a reader."""
_NAMES_SUBJECT = re.compile(
    r"wandb|w&b|regist|artifact|\blink|\bruns?\b|sweep|alias|collection|api key|torchrun|\bentity\b|\bpath\b"
    r"|\blogged_by\b|\bused_by\b|\bpromot|\bpublish|\btoken\b|\bseats?\b"
    r"|パス|レジストリ|アーティファクト|リンク|権限|役割|スイープ|エイリアス|コレクション|キー|エンティティ|モデル",
    re.IGNORECASE,
)
_OTHER_REGISTRY = re.compile(
    r"\b(?:mlflow|dvc|comet|neptune|clearml|dagshub|sagemaker|vertex|npm|pypi|(?:docker|container) (?:hub|registry))\b",
    re.IGNORECASE,
)
_OTHER_PROGRAM = re.compile(r"\b(?:conda|docker|git|hugging ?face|numpy|pandas|pip|tensorflow|torch)\b", re.IGNORECASE)
_WANDB = re.compile(r"wandb|w&b|weights (?:&|and) biases|\blink_|\buse_artifact|target.path", re.IGNORECASE)
_POINTS = (0.3, 0.5, 0.9, 2.5)
"""The weight of a symptom, by how specific it is."""
_OF_ASKED = 1.0
_LEAST_OF_QUESTION, _LEAST_OF_SENTENCE, _LEAST_OF_OTHER = 0.25, 0.62, 0.9
"""How similar to an asked question a text must be; the last is for a text that does not name its subject."""
_OF_NEXT_SYMPTOM, _OF_NEXT_FAILURE = 0.6, 0.65
_MOST_FAILURES = 8
_OF_THE_PATH = ("A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10", "A11", "A17")
"""Failures that a link to a well-formed registry path rules out."""
_HEADING_LINES = 3
"""A report has a sentence within so many lines; else it is a log."""


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
    Symptom("the server cannot be reached", ("site-closed",), ("C19", "F2"), specific=2),
    Symptom("the same version several times", ("gpu", "many-times", "thing"), ("C14", "B2", "B12"), specific=2),
    Symptom("the legacy model registry", ("registered-model", "locked"), ("A14", "D7"), specific=3),
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
    Symptom("the numbers of versions", ("other-number", "link"), ("B12", "D2"), specific=3),
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
    Symptom("tests", ("test", "link"), ("E1", "C5", "C5b")),
    Symptom("wandb's own process", ("memory", "link"), ("F14", "C8", "F13"), specific=2),
    Symptom("what a link is", ("copy", "link"), ("B16", "C7"), specific=2),
    Symptom("a key that others can read", ("key", "leak"), ("E2", "F11", "C18"), specific=3),
    Symptom("wandb that is too old", ("old-wandb", "download"), ("D8", "B14"), specific=3),
    Symptom("wandb that is too old", ("old-wandb",), ("B14", "D8"), specific=1),
    Symptom("wandb that does not fit", ("upgrade", "fail"), ("F21", "F15", "B14"), specific=1),
    Symptom("an address of another tool", ("uri",), ("D12", "F12"), specific=3),
    Symptom("the numbers of versions", ("version-number", "another"), ("B12", "B11"), specific=3),
    Symptom("the numbers of versions", ("version-number", "project"), ("B12", "B11"), specific=2),
    Symptom("something was deleted", ("gone", "delete"), ("F8", "B16", "B15"), specific=1),
    Symptom("the collection or version is not found", ("download", "not-found"), ("D2", "D1", "F6"), specific=2),
    Symptom("the first part of the path", ("path", "organization"), ("A12", "A13", "A15")),
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
    Symptom("a source that is hidden", ("lineage", "not"), ("D11", "D17", "C6"), specific=1),
    Symptom("one end changes the other", ("metadata", "changed"), ("B16", "D11")),
    Symptom("errors that are dropped", ("swallow", "fail"), ("C13", "B14", "D16"), specific=1),
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
    Symptom("the link went to another project", ("link", "another", "project"), ("A1", "A2", "A5", "A16", "B2")),
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
    Symptom("a job in CI or as a service account", ("ci",), ("B9", "C18", "C19", "B2"), specific=1),
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
    if any("/" in word and word[0] not in "~./" for word in words) and not (
        len(words) >= 5 and not any("/" in word for word in words[:2])
    ):
        return False
    return bool(_KANA.search(bare)) or len(words) >= 3


LONGEST_QUESTION = 20_000
"""How many characters of a question are read: some patterns take seconds for a million of them."""


def find_prose(text: str) -> str:
    """The sentences that a report has around code and logs; empty where it is a log alone."""
    sentences: list[str] = []
    is_fenced = False
    lines = [line for line in text[:LONGEST_QUESTION].splitlines() if line.strip()]
    for number, line in enumerate(lines):
        if number == _HEADING_LINES and not sentences:
            return ""
        if line.lstrip().startswith("```"):
            is_fenced = not is_fenced
        elif not is_fenced and _SENTENCE.search(bare := _INLINE_CODE.sub("x", line)) and not _LOG.search(bare):
            sentences.append(line.strip())
    prose = " ".join(sentences)
    is_alone = "\n" not in text and len(re.findall(r"[.?!](?:\s|$)", prose)) > 1  # sentences, and no log around them
    is_report = _REPORTS_A_PROBLEM.search(prose) and (is_alone or _IS_FIRST_PERSON.search(prose))
    return prose if is_report or _IS_POLITE.search(prose) else ""


def explain_question(text: str, view: OrganizationView | None = None) -> Explanation | None:
    """The failures that look like what is described; None when no symptom is recognized, or of another product."""
    if not _WANDB.search(text) and (
        _OTHER_REGISTRY.search(text) or (_OTHER_PROGRAM.search(text) and not _NAMES_SUBJECT.search(text))
    ):
        return None
    # In many spaces a pattern would look for its end again from each.
    searched = " ".join(text[:LONGEST_QUESTION].split())
    groups = find_groups(searched)
    found = [
        (-symptom.specific, -len(symptom.groups), number, symptom)
        for number, symptom in enumerate(SYMPTOMS)
        if groups.issuperset(symptom.groups)
    ]
    path, is_linked = _path_in(text[:LONGEST_QUESTION])
    # A name with a version is read; it is no target unless the text is about a link.
    is_name = path is not None and ":" in path.rpartition("/")[2] and not is_linked and not _IS_ABOUT_LINK.search(text)
    facts = paths.examine(target_of(path), view) if path is not None and not is_name else None
    symptoms = [symptom for *_, symptom in sorted(found, key=lambda entry: entry[:3])]
    likely = _rank(searched, symptoms[:3])
    if is_linked and facts is not None and not facts.wrong:
        likely = [about for about in likely if about not in _OF_THE_PATH]
    is_wrong = facts is not None and bool(facts.wrong)
    if not likely and not is_wrong:
        return None
    if likely and _is_page(likely[0]) and not is_wrong:
        return _answer_with_page(likely[0])
    likely = [about for about in likely if not _is_page(about)]
    failures = tuple(dict.fromkeys([*(facts.failures if facts is not None else ()), *likely]))
    causes = causes_of(failures, target=path)
    codes = [*(facts.codes if facts is not None else ()), *(code for cause in causes for code in cause.codes)]
    return Explanation(
        "question",
        _title(symptoms, failures[0] if failures else None),
        target=facts.fixed if facts is not None and is_wrong else None,
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


def _is_page(about: str) -> bool:
    return "://" in about


def _answer_with_page(page: str) -> Explanation:
    """The answer to a question about how to do something, where nothing has failed."""
    return Explanation(
        "question",
        say("a question about how to use W&B"),
        notes=(
            say("it describes no failure that regilink knows; W&B's documentation answers it: {page}", page=page),
            say("if something failed, give regilink the whole error, or say what you expected and what happened"),
        ),
    )


def _title(symptoms: Sequence[Symptom], failure_id: str | None) -> str:
    """What the question is about: the symptom that led to the first failure, else that failure."""
    if symptoms and (failure_id is None or failure_id in symptoms[0].failures):
        return join_phrases("", [say("a question: "), symptoms[0].title])
    if failure_id is None:
        return say("a question about a target path")
    return join_phrases("", [say("a question: "), FAILURES[failure_id].title])


def _rank(text: str, symptoms: Sequence[Symptom]) -> list[str]:
    """What a question is about, likeliest first: failures, and pages that answer it, which have an address.

    By its symptoms, and by the questions that were asked before.
    """
    points: dict[str, float] = {}
    for number, symptom in enumerate(symptoms):
        # A long text has the words of some symptom by chance.
        certainty = share_of(symptom.groups, text) ** 0.5
        for place, failure in enumerate(symptom.failures):
            share = _OF_NEXT_SYMPTOM**number * _OF_NEXT_FAILURE**place * certainty
            points[failure] = points.get(failure, 0.0) + _POINTS[min(symptom.specific, 3)] * share
    if not is_log(text):
        is_asked = _REPORTS_A_PROBLEM.search(text) or text.split(" ", 1)[0].lower() in _ASKING
        least = _LEAST_OF_QUESTION if is_asked else _LEAST_OF_SENTENCE
        if not _NAMES_SUBJECT.search(text):
            least = _LEAST_OF_OTHER
        for about, share in compare_with_asked(text).items():
            if share >= least:
                points[about] = points.get(about, 0.0) + _OF_ASKED * share
    return sorted(points, key=lambda about: -points[about])[:_MOST_FAILURES]


_IS_ABOUT_LINK = re.compile(r"target|\blink\w*(?: \S+){0,3}? (?:in)?to\b|リンク", re.IGNORECASE)
_QUOTED_PATH = re.compile(
    r"""(?:(?P<call>\b\w{1,40}\()[^()"'`\n]{0,80})?(["'`])(?P<path>[^\s"'`<>]{0,200}registry[^\s"'`<>]{0,200})\2"""
)


def _path_in(text: str) -> tuple[str | None, bool]:
    """The registry path to which a link in the text goes, or that a sentence names; and whether a link has it."""
    quoted = [match for match in _QUOTED_PATH.finditer(text) if "/" in match["path"]]
    for match in quoted:
        if match["call"] is None or match["call"].startswith("link"):
            return match["path"], match["call"] is not None
    if quoted:
        return None, False
    for word in text.split():
        bare = word.strip(_QUOTES + ",.;:?!()（）。、？")  # noqa: RUF001
        if "/" in bare and "://" not in bare and "registry" in bare.lower() and not re.search(r"[(<>]", bare):
            return bare, False
    return None, False
