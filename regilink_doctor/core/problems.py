"""What is wrong with a target path, and where in it; what the SDK makes of it."""

from __future__ import annotations

from functools import lru_cache

from regilink_doctor.core import rule_codes
from regilink_doctor.core.naming import (
    DEFAULT_PROJECT,
    LEGACY_REGISTRY,
    NAME_MAX,
    REGISTRY_FORBIDDEN,
    REGISTRY_NAME_MAX,
    REGISTRY_PREFIX,
    is_version,
)
from regilink_doctor.core.records import field, record
from regilink_doctor.core.strings import KnownPart
from regilink_doctor.core.target_path import (
    HOSTS,
    UNKNOWN_NAME,
    PathError,
    is_known,
    is_registry_project,
    misspelled_prefix,
    parse,
    second_prefix,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from typing import Literal

    from regilink_doctor.core.findings import Severity
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.core.target_path import LinkMethod
    from regilink_doctor.core.targets import LinkTarget


@record
class Problem:
    """What is wrong with `string[start:end]`, and, where it is clear, what was `intended` there.

    `rule` is the code of the rule that words the problem. `kind` tells the cases of one rule apart. `facts` are the
    names that its message needs. `failure` is an id of the failure index, None where the rule's own are meant.
    `wandb_message` names what W&B says (`core.wandb_messages`).
    """

    rule: str
    start: int = 0
    end: int = 0
    severity: Severity = "error"
    kind: str = ""
    intended: str | None = None
    failure: str | None = None
    wandb_message: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict, hash=False)
    target: LinkTarget | None = field(default=None, compare=False, repr=False)
    """The link that the problem is about."""
    view: OrganizationView | None = field(default=None, compare=False, repr=False)
    """What is known of the organization: the catalog, the server, the emulator's world."""
    corrected: str | None = field(default=None, compare=False, repr=False)
    """The path with what was intended written for every problem of it, not only for this one."""


_WORDS = frozenset({"todo", "tbd", "fixme", "xxx", "changeme", "change-me", "replace-me", "placeholder"})
_VERBS = ("your", "insert", "enter")
_NOUNS = (
    "alias", "artifact", "collection", "entity", "name", "org", "organization", "project", "registry", "team",
    "type", "user", "username",
)  # fmt: skip


@lru_cache(maxsize=1024)
def placeholder(name: str) -> tuple[int, int] | None:
    """Where in `name` a placeholder stands, as offsets; None when it is an ordinary name.

    Not a placeholder: what Hydra, GitHub Actions, Jinja or cookiecutter fill later (`${x}`, `{{ x }}`), brackets
    round a part of a name, and `my-team`, which is somebody's team.
    """
    stripped = name.strip()
    offset = name.find(stripped)
    folded = stripped.lower().replace("_", "-").replace(" ", "-")
    if folded in _WORDS or ("-" in folded and _asks(folded)) or (stripped.isupper() and _is_form(folded)):
        return offset, offset + len(stripped)
    if "<" not in name and "[" not in name and "{" not in name:
        return None
    if stripped[:1] == "[" and stripped[-1:] == "]" and len(stripped) > 2:
        return offset, offset + len(stripped)
    for opening, closing, accepts in (("<", ">", _described), ("[", "]", _shouted), ("{", "}", _identifier)):
        start = name.find(opening)
        while start >= 0:
            end = name.find(closing, start + 1)
            if end < 0:
                break
            filled_later = opening == "{" and (name[start - 1 : start] in ("$", "{") or name[end + 1 : end + 2] == "}")
            if not filled_later and accepts(name[start + 1 : end]):
                return start, end + 1
            start = name.find(opening, end)
    return None


def find_variables(name: str) -> Iterator[tuple[int, int]]:
    """Where a name has variables that nothing fills in once it is sent: `$NAME`, `%NAME%`, `%s`, `{{ name }}`."""
    if not any(sign in name for sign in ("$", "%", "{{")):
        return
    import re  # which most files do not need

    pattern = r"\$(?:\{[^{}\0]+\}|[^\W\d]\w*)|%[^\W\d]\w*%|%(?:\(\w+\))?[sd](?![^\W_])|\{\{[^{}\0]*\}\}"
    yield from (match.span() for match in re.finditer(pattern, name))


def is_unfilled(name: str) -> bool:
    """Whether a name has a placeholder, or a variable that nothing fills in once it is sent."""
    return placeholder(name) is not None or any(find_variables(name))


def find_unfilled_variable(string: StringValue) -> tuple[int, int] | None:
    """Where a string has `$NAME`, `${NAME}` or `%s`, as offsets, that nothing fills in.

    It is written in the Python code of the call itself, or between single quotes where a shell script or a `.env` sets
    the variable of the environment that is read. What is a constant or a default may be a template, or belong to
    OmegaConf; cookiecutter fills in `{{ name }}` in the file itself.
    """
    for start, end in find_variables(string.pattern):
        part = string.part_at(start)
        if part is None or string.pattern.startswith("{{", start):
            continue
        is_in_python = part.place.path.endswith((".py", ".ipynb"))
        if not part.names if is_in_python else getattr(part, "read_from", None) is not None:
            return start, end
    return None


def find_unfilled(string: StringValue, role: str = "name", *, is_sent: bool = False) -> Iterator[Problem]:
    """The unfilled variable, and the placeholder of each part, in a string that W&B uses as `role`.

    `is_sent`: W&B gets the string as it is, so that every variable counts, and not those of the source alone.
    """
    variable = next(find_variables(string.pattern), None) if is_sent else find_unfilled_variable(string)
    if variable is not None:
        yield _unfilled(string, variable, role, "error")
    is_path = role == "name" and not string.pattern.startswith("/")
    roles = _list_part_roles(string.pattern) if is_path else []
    offset = 0
    for number, part in enumerate(string.pattern.replace(":", "/").split("/")):
        bare = part.removeprefix(REGISTRY_PREFIX)
        where = placeholder(bare)
        start = offset + len(part) - len(bare)
        offset += len(part) + 1
        piece = string.part_at(start + where[0]) if where is not None else None
        if where is None or not isinstance(piece, KnownPart):
            continue
        span = start + where[0], start + where[1]
        own_role = roles[number] if number < len(roles) else role
        yield _unfilled(string, span, own_role, "warning" if piece.default_of else "error")


def _unfilled(string: StringValue, span: tuple[int, int], role: str, severity: Severity) -> Problem:
    facts = {"role": role, "wrong": string.pattern[slice(*span)]}
    return Problem(rule_codes.UNFILLED_PLACEHOLDER, *span, severity, failure="A7", facts=facts)


def _list_part_roles(path: str) -> list[str]:
    """The roles of the parts before the name of an artifact: `ENTITY/PROJECT/`, or those of a registry."""
    project, _, _ = path.rpartition(":")[0].rpartition("/") if ":" in path else path.rpartition("/")
    is_registry = project.rpartition("/")[2].startswith(REGISTRY_PREFIX)
    own = ["organization", "name"] if is_registry else ["entity", "project"]
    return own[-project.count("/") - 1 :] if project else []


def _asks(folded: str) -> bool:
    """`your-team`, `your-wandb-entity`, `insert-org-name`: a verb, then nothing but what W&B calls things."""
    verb, *words = folded.split("-")
    return verb in _VERBS and words[-1:] != [] and words[-1] in _NOUNS


def _is_form(folded: str) -> bool:
    """`registry-name`, `entity`: in capitals nothing but what W&B calls things."""
    words = folded.split("-")
    return all(word in _NOUNS for word in words) and words[0] not in ("name", "type", "user")


def _described(inside: str) -> bool:
    return any(letter.isalpha() for letter in inside) and "<" not in inside


def _shouted(inside: str) -> bool:
    return inside.isupper() and inside.replace("-", "").replace("_", "").replace(" ", "").isalnum()


def _identifier(inside: str) -> bool:
    return all(part.isidentifier() for part in inside.replace("-", "_").split(".")) and inside != ""


ORDER = (
    rule_codes.URL_AS_TARGET,
    rule_codes.NONE_IN_PATH,
    rule_codes.UNFILLED_PLACEHOLDER,
    rule_codes.LEGACY_MODEL_REGISTRY,
    rule_codes.EMPTY_NAME,
    rule_codes.DOUBLED_PREFIX,
    rule_codes.TOO_MANY_PARTS,
    rule_codes.STRAY_SEPARATOR,
    rule_codes.MISSPELLED_PREFIX,
    rule_codes.VERSION_IN_TARGET,
    rule_codes.INVALID_NAME,
    rule_codes.MISSING_COLLECTION,
    rule_codes.MISSING_REGISTRY_PREFIX,
)
"""Which problem of a segment is reported: the first that applies (contracts: a path has one problem per segment)."""

_UNKNOWN_AND_PREFIX = UNKNOWN_NAME + REGISTRY_PREFIX
_REGISTRY_WORDS = ("registry", "registries")
_USUAL_ALIASES = frozenset({"best", "candidate", "champion", "latest", "prod", "production", "staging"})
QUOTES = "\"'`\u201c\u201d\u2018\u2019"
"""What no name begins or ends with."""


class _Segment:
    """A part of a path between slashes. `has_prefix`: it starts with the registry prefix, even without a name after it.

    `name` is what comes after the prefix, all of it where there is none.
    """

    __slots__ = ("end", "has_prefix", "index", "name", "registry", "start", "text")

    def __init__(self, index: int, start: int, text: str) -> None:
        self.index = index
        self.start = start
        self.end = start + len(text)
        self.text = text
        self.has_prefix = text.startswith(REGISTRY_PREFIX)
        self.name = text.removeprefix(REGISTRY_PREFIX)
        self.registry = self.has_prefix and text != REGISTRY_PREFIX

    @property
    def known(self) -> bool:
        return is_known(self.text)

    def problem_at(
        self, rule: str, start: int, end: int, severity: Severity = "error", kind: str = "", intended: str | None = None
    ) -> tuple[int, Problem]:
        """A problem with `text[start:end]` of the path, and the number of this segment."""
        return self.index, Problem(rule, start, end, severity, kind, intended)


def find_problems(
    text: str,
    *,
    trailing_slash_fails: bool = False,
    none_at: Collection[int] = (),
    versions_at: Collection[int] = (),
    named_registry: bool = False,
    registries: Collection[str] = (),
) -> tuple[Problem, ...]:
    """Everything that is wrong with `text`, by position.

    Args:
        text: the target path, `UNKNOWN_NAME` for each part that is not known.
        trailing_slash_fails: `Artifact.link` reads a trailing slash as an empty name, `Run.link_artifact` drops it
            (failure A17).
        none_at: offsets of the unknown parts that may turn out to be the word None: an environment variable without a
            default inside an f-string (failure A7).
        versions_at: offsets of the unknown parts that end in `:vN`: the name of a logged artifact (failure A8).
        named_registry: the variable, key or argument that has the string is named after a registry.
        registries: names, without the prefix, of registries that are known to exist.
    """
    return _find_problems(
        text, trailing_slash_fails, tuple(none_at), tuple(versions_at), named_registry, tuple(registries)
    )


@lru_cache(maxsize=1024)  # programs link to the same few paths again and again
def _find_problems(
    text: str,
    trailing_slash_fails: bool,
    none_at: tuple[int, ...],
    versions_at: tuple[int, ...],
    named_registry: bool,
    registries: tuple[str, ...],
) -> tuple[Problem, ...]:
    if "://" in text or text.startswith((*HOSTS, "wandb-artifact:")):
        return (Problem(rule_codes.URL_AS_TARGET, 0, len(text)),)
    if not text:
        return (Problem(rule_codes.EMPTY_NAME, 0, 0, kind="path", failure="A6"),)
    best: dict[int, tuple[int, Problem]] = {}
    holes = {
        **dict.fromkeys(versions_at, rule_codes.VERSION_IN_TARGET),
        **dict.fromkeys(none_at, rule_codes.NONE_IN_PATH),
    }
    for index, problem in _all(text, trailing_slash_fails, holes, named_registry, registries):
        rank = ORDER.index(problem.rule)
        if index not in best or rank < best[index][0]:
            best[index] = (rank, problem)
    if not best:
        return ()
    problems = [problem for _, problem in best.values()]
    return tuple(sorted(problems, key=lambda problem: (problem.start, problem.end)))


def _split(text: str) -> list[_Segment]:
    """The segments before the first `:`, as the SDK splits them.

    An unknown part directly before the prefix may bring its own slash (`f"{organization_slash}wandb-registry-m/c"`),
    so the prefix begins a segment there.
    """
    head = text.partition(":")[0]
    segments: list[_Segment] = []
    start = 0
    for part in head.split("/"):
        end = start + len(part)
        inner = part.find(_UNKNOWN_AND_PREFIX)
        if inner >= 0:
            segments.append(_Segment(len(segments), start, part[: inner + 1]))
            segments.append(_Segment(len(segments), start + inner + 1, part[inner + 1 :]))
        else:
            segments.append(_Segment(len(segments), start, part))
        start = end + 1
    return segments


def _all(
    text: str,
    trailing_slash_fails: bool,
    holes: Mapping[int, str],
    named_registry: bool,
    registries: Collection[str],
) -> Iterator[tuple[int, Problem]]:
    segments = _split(text)
    filled = [segment for segment in segments if segment.text]
    registry = next((segment for segment in segments if segment.has_prefix), None)
    if not filled:
        # Without any name there is nothing that a correction could keep.
        yield 0, Problem(rule_codes.EMPTY_NAME, 0, len(text), kind="path", failure="A6")
        return
    for segment in segments:
        if not segment.text:
            yield from _empty(segment, segments, trailing_slash_fails)
            continue
        if segment.text in (".", "..") and segment.start == 0 and len(segments) > 1:
            yield segment.problem_at(
                rule_codes.STRAY_SEPARATOR, segment.start, segment.end + 1, kind="dots", intended=""
            )
        yield from _words(segment, holes, within_registry_path=registry is not None)
        if segment.name != segment.name.strip():
            yield from _blanks(segment)
        if not segment.text.isascii():
            yield from _invisible(segment, is_collection=registry is not None and registry.index < segment.index)
        unquoted = segment.text.strip(QUOTES)
        # As a collection of a real registry such a name is odd, but it is a name.
        before_registry = registry is None or segment.index < registry.index
        if before_registry and (meant := misspelled_prefix(unquoted)):
            # With the bare prefix alone there would be no registry: its name is for the user to write.
            intended = meant if meant != REGISTRY_PREFIX else None
            yield segment.problem_at(rule_codes.MISSPELLED_PREFIX, segment.start, segment.end, intended=intended)
        if unquoted != segment.text:
            yield from _stray_quotes(segment, unquoted)
        if segment.registry and segment is registry:
            yield from _registry_name(segment)
    last = segments[-1]
    if len(filled) > 2:
        yield from _too_many(filled, registry)
    if ":" in text:
        colon = find_colon(text)
        yield from [(last.index, colon)] if colon is not None else _version(text, last)
    if "@" in last.text:
        yield from _at_sign(last)
    if registry is not None and registry.index == last.index and registry.registry and registry.known:
        # After an entity and a project it is the name of an artifact, though an odd one.
        severity: Severity = "error" if len(filled) < 3 else "warning"
        yield last.problem_at(rule_codes.MISSING_COLLECTION, last.start, last.end, severity)
    elif registry is not None and registry.index < last.index and last.known and len(last.text) > NAME_MAX:
        # wandb refuses to rename a collection to it, and links without a check.
        yield last.problem_at(rule_codes.INVALID_NAME, last.start, last.end, "warning", kind="collection-length")
    if registry is not None and registry.registry and registry.index < last.index and last.has_prefix:
        # A collection may be called so, but hardly on purpose.
        end = last.start + len(REGISTRY_PREFIX)
        is_own = last.text.removeprefix(REGISTRY_PREFIX) not in ("", registry.text.removeprefix(REGISTRY_PREFIX))
        yield last.problem_at(
            rule_codes.DOUBLED_PREFIX, last.start, end, "warning", "collection", "" if is_own else None
        )
    if registry is None and filled:
        yield from _unprefixed(filled, named_registry, registries)


def _empty(segment: _Segment, segments: list[_Segment], trailing_slash_fails: bool) -> Iterator[tuple[int, Problem]]:
    """The problem of slashes without a name between them; of several in a row the first stands for all."""
    index = segment.index
    before = segments[index - 1] if index else None
    if before is not None and not before.text:
        return
    after = next((other for other in segments[index:] if other.text), None)
    start, end = segment.start - 1, (after or segments[-1]).start
    if before is None and end == 1:
        yield index, _stray(0, end, "info", "leading-slash", "")
    elif before is None:
        yield index, _stray(0, end, "error", "slash", "")
    elif after is not None:
        yield index, _stray(start, end, "error", "slash", "/")
    elif before.registry or before.text.startswith(REGISTRY_PREFIX) or len(segments) == 2:
        if end - start > 1:
            yield index, _stray(start, end - 1, "error", "slash", "")
        yield segments[-1].index, Problem(rule_codes.EMPTY_NAME, end - 1, end, kind="collection", failure="A5")
    elif end - start == 1:
        yield index, _stray(start, end, "error" if trailing_slash_fails else "warning", "trailing-slash", "")
    else:
        yield index, _stray(start, end, "error", "slash", "")


def _stray(start: int, end: int, severity: Severity, kind: str, intended: str) -> Problem:
    return Problem(rule_codes.STRAY_SEPARATOR, start, end, severity, kind, intended)


def _words(segment: _Segment, holes: Mapping[int, str], *, within_registry_path: bool) -> Iterator[tuple[int, Problem]]:
    """What was never filled in, and the project of the legacy registry."""
    name = segment.name
    start = segment.end - len(name)
    for offset, code in holes.items():
        if segment.start <= offset < segment.end:
            yield segment.problem_at(code, offset, offset + 1, "warning", "hole")
    if name == "None":
        yield segment.problem_at(rule_codes.NONE_IN_PATH, start, segment.end)
    if where := placeholder(name):
        yield segment.problem_at(rule_codes.UNFILLED_PLACEHOLDER, start + where[0], start + where[1])
    if segment.text == LEGACY_REGISTRY and not within_registry_path:
        yield segment.problem_at(rule_codes.LEGACY_MODEL_REGISTRY, segment.start, segment.end, "warning")
    if segment.text == REGISTRY_PREFIX:
        yield segment.index, Problem(rule_codes.EMPTY_NAME, segment.start, segment.end, kind="registry", failure="A6")


def _blanks(segment: _Segment) -> Iterator[tuple[int, Problem]]:
    name = segment.name
    stripped = name.strip()
    # A blank before the prefix is no matter of taste: the prefix is not recognised (REG104).
    if misspelled_prefix(segment.text) is None:
        start = segment.end - len(name)
        if not stripped:
            kind, failure = ("registry", "A6") if start > segment.start else ("collection", "A5")
            yield segment.index, Problem(rule_codes.EMPTY_NAME, start, segment.end, kind=kind, failure=failure)
        else:
            yield segment.problem_at(rule_codes.STRAY_SEPARATOR, start, segment.end, "warning", "blank", stripped)


_INVISIBLE = frozenset(map(chr, (0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF)))
"""Invisible characters that copied text contains; without those that join letters, which some languages need."""


def _invisible(segment: _Segment, *, is_collection: bool) -> Iterator[tuple[int, Problem]]:
    if _INVISIBLE.isdisjoint(segment.text) or misspelled_prefix(segment.text) is not None:
        return
    severity: Severity = "warning" if is_collection else "error"
    intended = "".join(letter for letter in segment.text if letter not in _INVISIBLE)
    yield segment.problem_at(rule_codes.INVALID_NAME, segment.start, segment.end, severity, "invisible", intended)


def _stray_quotes(segment: _Segment, stripped: str) -> Iterator[tuple[int, Problem]]:
    """A quote that was left at an end of a name: W&B uses it as a part of the name, and it hides the prefix."""
    if stripped:
        severity: Severity = "error" if stripped.startswith(REGISTRY_PREFIX) and not segment.registry else "warning"
        yield segment.problem_at(rule_codes.INVALID_NAME, segment.start, segment.end, severity, "quote", stripped)


def _at_sign(last: _Segment) -> Iterator[tuple[int, Problem]]:
    """`zoo@latest`: versions are written so elsewhere; W&B takes it for the name of a collection."""
    name, sign, version = last.text.rpartition("@")
    if name and (is_version(version) or version in _USUAL_ALIASES):
        at = last.start + len(name)
        yield last.problem_at(rule_codes.INVALID_NAME, at, at + len(sign), "warning", "at-sign", ":")


def _registry_name(segment: _Segment) -> Iterator[tuple[int, Problem]]:
    name = segment.name
    start = segment.end - len(name)
    if second := second_prefix(name):
        # A registry can be called almost so; the prefix itself is certainly one too many.
        kind = "" if second == REGISTRY_PREFIX else "misspelled"
        severity: Severity = "warning" if kind else "error"
        yield segment.problem_at(rule_codes.DOUBLED_PREFIX, start, start + len(second), severity, kind, intended="")
    bad = [offset for offset, letter in enumerate(name) if letter in REGISTRY_FORBIDDEN]
    if bad:
        kind = "percent-encoding" if name[bad[0]] == "%" else "character"
        yield segment.problem_at(rule_codes.INVALID_NAME, start + bad[0], start + bad[0] + 1, kind=kind)
    elif segment.known and len(name) > REGISTRY_NAME_MAX:
        yield segment.problem_at(rule_codes.INVALID_NAME, start, segment.end, kind="registry-length")


def _too_many(filled: list[_Segment], registry: _Segment | None) -> Iterator[tuple[int, Problem]]:
    """A `/` too many: in the collection, in front of the prefix, or in place of the prefix's last dash."""
    first, last = filled[0], filled[-1]
    place = filled.index(registry) if registry is not None else None
    if first.text.lower() == REGISTRY_PREFIX.rstrip("-") and place is None:
        joined = f"{REGISTRY_PREFIX}{filled[1].text}"
        yield first.problem_at(rule_codes.TOO_MANY_PARTS, first.start, filled[1].end, kind="prefix", intended=joined)
    elif place == 1 and registry is not last and first.text.casefold() in _REGISTRY_WORDS:
        yield first.problem_at(
            rule_codes.TOO_MANY_PARTS, first.start, filled[1].start, "warning", "organization", intended=""
        )
    elif place is not None and place > 1 and registry is not filled[-1]:
        yield first.problem_at(
            rule_codes.TOO_MANY_PARTS, first.start, filled[place].start, kind="organization", intended=""
        )
    elif place is not None and len(filled) - place > 2:
        if is_registry_project(filled[place + 1].text) and len(filled) - place == 3:
            yield first.problem_at(
                rule_codes.TOO_MANY_PARTS, first.start, filled[1].start, kind="organization", intended=""
            )
        else:
            joined = "-".join(segment.text for segment in filled[place + 1 :])
            start = filled[place + 1].start
            intended = joined if is_known(joined) else None
            # It is in the part with the prefix, which the SDK reads as something else.
            yield (registry or first).problem_at(
                rule_codes.TOO_MANY_PARTS, start, last.end, kind="collection", intended=intended
            )
    elif len(filled) > 3:
        yield first.problem_at(rule_codes.TOO_MANY_PARTS, first.start, last.end, kind="parts")


def find_colon(text: str, *, is_consumed: bool = False) -> Problem | None:
    """A `:` where a slash belongs: the SDK reads the registry or the collection after it as a version.

    In `registry:zoo`, a name that is consumed, `zoo` may be meant as an alias.
    """
    head, _, tail = text.partition(":")
    project = head.rpartition("/")[2]
    if not tail or any(map(is_registry_project, head.split("/")[:-1])):
        return None
    if not is_registry_project(project):
        names = tail.replace(":", "/").split("/")
        is_wrong = any(name.startswith(REGISTRY_PREFIX) or misspelled_prefix(name) for name in names)
    elif is_consumed:
        is_wrong = ":" in tail
    else:
        is_wrong = is_known(text) and "/" not in tail and not _is_version_or_latest(tail.partition(":")[0])
    start, intended = len(head), "" if tail.startswith("/") else "/"
    return Problem(rule_codes.STRAY_SEPARATOR, start, start + 1, kind="colon", intended=intended) if is_wrong else None


def _is_version_or_latest(name: str) -> bool:
    return is_version(name) or name == "latest"


def _version(text: str, last: _Segment) -> Iterator[tuple[int, Problem]]:
    """What stands behind the first `:`."""
    tail = text.partition(":")[2]
    version, slash, _ = tail.partition("/")
    if slash and not _is_version_or_latest(version):
        if last.has_prefix:
            yield last.problem_at(rule_codes.INVALID_NAME, last.end, last.end + 1, kind="character")
            return
        version = tail  # an alias may have a slash of its own
    # Directly after the registry it hides the collection, or there is none: the link goes to a project.
    severity: Severity = "error" if last.registry and last.known else "warning"
    yield last.problem_at(rule_codes.VERSION_IN_TARGET, last.end, last.end + 1 + len(version), severity, "version", "")


def _unprefixed(
    filled: list[_Segment], named_registry: bool, registries: Collection[str]
) -> Iterator[tuple[int, Problem]]:
    """No segment has the prefix: a project-level link, wrong only when something names a registry (failure A1)."""
    if len(filled) == 1:
        if named_registry and filled[0].known:
            yield filled[0].problem_at(
                rule_codes.MISSING_REGISTRY_PREFIX, filled[0].start, filled[0].end, "warning", "name"
            )
        return
    project = filled[-2]
    if not project.known:
        return
    folded_names = {name.casefold() for name in registries}
    words = "".join(letter if letter.isalnum() else " " for letter in project.text.lower()).split()
    if project.text.casefold() in folded_names:
        kind = "known"
    elif any(word.endswith(_REGISTRY_WORDS) for word in words):
        kind = "word"
    elif len(filled) == 3 and filled[0].text.casefold() in _REGISTRY_WORDS:
        kind = "entity"
    elif named_registry:
        kind = "name"
    else:
        return
    # `registry-model` lacks only the first word of the prefix.
    bare = project.text[9:] if project.text[:9].casefold() in ("registry-", "registry_") else ""
    meant = f"{REGISTRY_PREFIX}{bare or project.text}"
    yield project.problem_at(rule_codes.MISSING_REGISTRY_PREFIX, project.start, project.end, "warning", kind, meant)


@record
class LinkInput:
    """A link as it leaves the SDK, but for the organization, which the SDK asks the server for.

    `entity` is None for a registry link: the organization entity is still to be resolved, from `source_entity` and
    `organization` (the path's first part or `$WANDB_ORGANIZATION`, None when neither is given).
    `collection` keeps a `:version` if the text had one. `emptied`: the text had no name (`""`, `m/`), so the parts in
    front of it moved up by one, the run's project became the collection, or `m` did (failure A5).
    """

    source_entity: str
    entity: str | None
    organization: str | None
    project: str
    collection: str
    emptied: bool = False

    @property
    def registry(self) -> bool:
        """Whether the SDK takes it for a registry link."""
        return self.entity is None


@record
class SdkRefusal:
    """The SDK raises `exception` because of `problem`, and nothing is sent."""

    exception: Literal["ValueError", "CommError", "AssertionError", "AttributeError"]
    problem: Problem


def find_call_problem(call: LinkMethod, text: str) -> Problem | None:
    """What is wrong with a link because of the call, whatever else is wrong with its path.

    The path of `Run.link_model` begins with the legacy model registry, to which it always links.
    """
    if call == "none":
        return Problem(rule_codes.WRONG_CALL_SHAPE, kind="no-such-call", failure="A18")
    if call != "Run.link_model":
        return None
    if text.count("/") > 1:
        return Problem(rule_codes.LEGACY_MODEL_REGISTRY, kind="slash")
    return Problem(rule_codes.LEGACY_MODEL_REGISTRY, severity="warning", kind="link_model")


def find_type_problem(path: StringValue) -> Problem | None:
    """What is wrong with a target path, or a name that is consumed, that is an object of pathlib and not a string."""
    if not path.is_path_object:
        return None
    facts = {"type": "pathlib.Path", "path": path.pattern}
    severity: Severity = "warning" if path.is_default else "error"
    return Problem(rule_codes.WRONG_CALL_SHAPE, severity=severity, kind="path-type", failure="A18", facts=facts)


_ALPHABET, _FEWEST_LETTERS = "abcdefghijklmnopqrstuvwxyz", 4
"""At least this many aliases of one letter each are a word that was taken apart: `list("best")`, but not A, B, C, D."""


def find_alias_problem(aliases: Sequence[str]) -> Problem | None:
    """A mistake in aliases that W&B accepts: a version, several aliases in one string, a word in letters."""
    word = "".join(aliases)
    if _FEWEST_LETTERS <= len(word) == len(aliases) and word.isalpha() and word.lower() not in _ALPHABET:
        facts = {"type": word}
        return Problem(rule_codes.WRONG_CALL_SHAPE, severity="warning", kind="letters", failure="A18", facts=facts)
    for alias in aliases:
        if is_version(alias):
            return Problem(rule_codes.VERSION_AS_ALIAS, severity="warning", failure="B11", facts={"alias": alias})
        if alias.find(",") > 0:
            facts = {"alias": alias}
            return Problem(rule_codes.INVALID_ALIAS, severity="warning", kind="comma", failure="B11", facts=facts)
    return None


def read_type_error(message: str) -> tuple[str, str] | None:
    """The argument of a link, "path" or "alias", that Python's error says is not a string, and its type."""
    name, _, rest = message.partition("'")[2].partition("'")
    if rest.startswith((" object has no attribute 'partition'", " object has no attribute 'split'")):
        return "path", name
    return ("alias", name) if rest.startswith(" object is not iterable") else None


def sdk_link(
    text: str,
    call: LinkMethod,
    run_entity: str,
    run_project: str | None,
    env: Mapping[str, str],
) -> LinkInput | SdkRefusal:
    """What `call(…, target_path=text)` sends.

    Args:
        text: the target path as the code gives it.
        call: which of the two methods.
        run_entity: the entity of the run, which is also that of the artifact; of the source artifact for
            `Artifact.link`.
        run_project: the run's project; not looked at for `Artifact.link`.
        env: `WANDB_PROJECT` and `WANDB_ORGANIZATION` are read.
    """
    return _sdk_link(text, call, run_entity, run_project, env.get("WANDB_PROJECT"), env.get("WANDB_ORGANIZATION"))


@lru_cache(maxsize=1024)  # asked twice: for the severity of a problem, and for its message
def _sdk_link(
    text: str, call: LinkMethod, run_entity: str, run_project: str | None, project: str | None, organization: str | None
) -> LinkInput | SdkRefusal:
    problem = find_call_problem(call, text)
    if problem is not None and problem.severity == "error":
        return SdkRefusal("AttributeError" if call == "none" else "AssertionError", problem)
    # Only Artifact.link is wrapped in `normalize_exceptions`, so the same words come as two types (failure A3).
    exception: Literal["ValueError", "CommError"] = "CommError"
    emptied = False
    try:
        if call != "Artifact.link":
            exception = "ValueError"
            path = parse(text)
            emptied = not path.name and not path.prefix and not path.is_registry
            if not path.is_registry:
                path = path.with_defaults(prefix=run_entity, project=run_project)
            text = str(path)
            exception = "CommError"
        path = parse(text)
    except PathError:
        problem = Problem(
            rule_codes.TOO_MANY_PARTS, failure="A3", wandb_message="invalid-artifact-path", facts={"path": text}
        )
        return SdkRefusal(exception, problem)
    path = path.with_defaults(project=project or DEFAULT_PROJECT)
    if path.is_registry:
        organization = path.prefix or organization or None
        return LinkInput(run_entity, None, organization, path.project or "", path.name)
    return LinkInput(run_entity, path.prefix or run_entity, None, path.project or "", path.name, emptied)
