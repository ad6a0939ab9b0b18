"""An error message, a traceback or a log: which row of the catalogue of failures is behind it."""

from __future__ import annotations

import re
from functools import cache

from regilink_doctor.core import wandb_messages
from regilink_doctor.core.naming import CORE_REGISTRY_DISPLAY, REGISTRY_PREFIX
from regilink_doctor.core.records import record, replace
from regilink_doctor.core.target_path import is_registry_project, parsed, registry_name
from regilink_doctor.core.wandb_messages.recognition import search_messages
from regilink_doctor.workflows.explain import paths
from regilink_doctor.workflows.explain.causes import MOST, causes_of
from regilink_doctor.workflows.explain.explanation import Explanation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.wandb_messages import RecognizedMessage, WandbMessage

LEAST = 40
"""Characters of a first sentence by which a message that was cut short is known."""

TAIL = 20_000
"""Characters at the end of a text in which the place of the error is looked for."""

_FRAME = re.compile(r'File "([^"\n]{1,300})", line (\d{1,7}), in (\S{1,100})')
_LIBRARY = re.compile(
    r"site-packages|dist-packages|[/\\]lib[/\\]python\d|^<frozen|[/\\]wandb[/\\]sdk[/\\]|[/\\]emulator[/\\]recorder"
)
_PATH = re.compile(r"""["']((?:[^"'\n{}/]{1,128}/)?wandb-registry-[^"'\n{}/]{1,128}/[^"'\n{}]{0,300})["']""")
_SPEAKERS = {
    "server": "W&B's server",
    "sdk": "the wandb SDK",
    "cli": "a command line",
    "other": "wandb-core, an older wandb or a library",
}

# A text that stands for several causes, of which the path tells the likelier: without an organization in the path it
# is the entity that has none (row B2), or a variable that names one (row A15).
_ORGANIZATION_TEXTS = ("unable-to-find-organization", "unable-to-find-organization-old")


@cache
def _beginnings() -> tuple[WandbMessage, ...]:
    """The first sentence of each longer wording: logs and issue trackers cut messages short."""
    first = ((each, each.template.partition(". ")[0]) for each in wandb_messages.WANDB_MESSAGES)
    return tuple(
        replace(each, template=start) for each, start in first if start != each.template and len(start) >= LEAST
    )


@record
class _Named:
    """What the words of an error, and the code in its traceback, name."""

    path: str | None = None
    reading: bool = False
    """The path is the full name of something that was read, not the target of a link."""
    entity: str | None = None
    type: str | None = None

    @property
    def linked(self) -> str | None:
        """The path without the version that only a full name may have."""
        path = parsed(self.path) if self.path else None
        if self.path is None or path is None or path.version is None or not self.reading:
            return self.path
        return self.path.removesuffix(f":{path.version}")


def explain_error(text: str, directory: OrganizationView | None = None) -> Explanation | None:
    """The explanation of the best known text in `text`; None when W&B's words are not in it."""
    found = wandb_messages.recognize_messages(text) or search_messages(text, _beginnings())
    if not found:
        return None
    main = found[0]
    named = _named(text, found)
    facts = paths.examine(named.linked, directory) if named.linked else None
    rows = _rows(main, found[1:], named, facts)
    if main.message.key == "unknown-entity" and _begins_a_run(text):
        rows = ["B2"]  # no target path has been looked at yet
    causes = causes_of(rows, target=named.path, entity=named.entity, type=named.type)
    codes = [code for each in causes for code in each.codes]
    path = parsed(named.path) if named.path else None
    registry = path is not None and path.is_registry
    return Explanation(
        "error",
        _quoted(text, main),
        target=facts.mended if facts is not None and (registry or facts.wrong) else None,
        organization=path.prefix if path is not None and registry else None,
        registry=path.registry if path is not None else None,
        collection=path.collection or None if path is not None else None,
        version_or_alias=path.version if path is not None else None,
        codes=tuple(dict.fromkeys((*_certain_codes(facts), *codes))),
        failures=tuple(rows),
        notes=tuple(_notes(text, main, found[1:])),
        parts=paths.parts_of(path),
        wrong=facts.wrong if facts is not None else (),
        write=(f'target_path="{facts.mended}"',) if facts is not None and facts.wrong and facts.mended else (),
        causes=causes,
    )


def _certain_codes(facts: paths.PathFacts | None) -> tuple[str, ...]:
    return facts.codes if facts is not None and facts.certain else ()


def _rows(
    main: RecognizedMessage, others: Sequence[RecognizedMessage], named: _Named, facts: paths.PathFacts | None
) -> list[str]:
    """The rows, likeliest first: what is certainly wrong with the path, what W&B said, what else it can mean."""
    certain = facts.failures if facts is not None and facts.certain else ()
    doubtful = facts.failures if facts is not None and not facts.certain else ()
    told = [*_of_the_names(main, named), main.message.failure]
    if main.message.key in _ORGANIZATION_TEXTS and named.path and (path := parsed(named.path)) and not path.prefix:
        told = ["B2", "A15", *told]
    also = main.message.also
    # Warnings further up in a log say how it came to the error; the vaguest of them say nothing.
    earlier = [each.message.failure for each in others if each.message.speaker != "server"]
    return list(dict.fromkeys((*certain, *told, *doubtful, *earlier, *also)))[: MOST + 2]


def _of_the_names(main: RecognizedMessage, named: _Named) -> Iterator[str]:
    """Rows that the name of a registry which is missing gives away."""
    if main.message.failure not in ("B3", "D1"):
        return
    project = main.fields.get("project", "").rpartition("/")[2]
    path = parsed(named.path) if named.path else None
    name = main.fields.get("registry") or (registry_name(project) if is_registry_project(project) else "")
    name = name or (path.registry if path is not None else None) or ""
    if name.startswith(REGISTRY_PREFIX):
        yield "A11"
    elif name.casefold() in CORE_REGISTRY_DISPLAY:
        yield "A10"


def _named(text: str, found: Iterable[RecognizedMessage]) -> _Named:
    fields: dict[str, str] = {}
    for each in found:
        fields = {**each.fields, **fields}
    entity, artifact_type = fields.get("entity"), fields.get("type")
    if path := fields.get("path"):
        return _Named(path, entity=entity, type=artifact_type)
    written = list(_PATH.finditer(text, max(0, len(text) - TAIL)))
    if in_code := (written[-1] if written else None):  # the last line of a traceback is the nearest to the error
        line = text[text.rfind("\n", 0, in_code.start()) + 1 : in_code.start()]
        return _Named(in_code[1], "link" not in line, entity, artifact_type)
    return _Named(_read_name(fields), True, entity, artifact_type)


def _read_name(fields: dict[str, str]) -> str | None:
    """The name that was read: `artifact membership 'c:prod' not found in 'acme/wandb-registry-x'`."""
    project = fields.get("project", "")
    name = fields.get("name", "")
    if is_registry_project(project.rpartition("/")[2]) and name and "/" not in name:
        return f"{project}/{name}"
    return None


def _quoted(text: str, match: RecognizedMessage) -> str:
    start, end = match.span
    return " ".join(text[start:end].split())


def _notes(text: str, main: RecognizedMessage, others: Sequence[RecognizedMessage]) -> Iterator[str]:
    yield f"said by {_SPEAKERS[main.message.speaker]}{_era(main.message)}"
    if not main.message.known:
        yield "nobody has published W&B's words for this; these are regilink's emulator's"
    if place := _place(text):
        yield f"raised at {place}"
    said = dict.fromkeys(_quoted(text, each) for each in others)
    for words in list(said)[:3]:
        yield f"also in the text: {words}"


def _era(wording: WandbMessage) -> str:
    if wording.since and wording.until:
        return f" of wandb {wording.since} up to, but not, {wording.until}"
    if wording.since:
        return f" since wandb {wording.since}"
    return f" before wandb {wording.until}" if wording.until else ""


def _place(text: str) -> str | None:
    """The last line of the user's own code in a traceback."""
    own = [match for match in _FRAME.finditer(text[-TAIL:]) if not _LIBRARY.search(match[1])]
    return f"{own[-1][1]}:{own[-1][2]}, in {own[-1][3]}" if own else None


def _begins_a_run(text: str) -> bool:
    """Whether the last traceback ends below `wandb.init`, called by the user's own code."""
    inside = False
    for frame in _FRAME.finditer(text[-TAIL:]):
        inside = (inside or frame[1].endswith("wandb_init.py")) if _LIBRARY.search(frame[1]) else False
    return inside
