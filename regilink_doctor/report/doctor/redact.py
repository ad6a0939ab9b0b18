"""A diagnosis without names: of people, teams, organizations, registries, files and servers, for a public issue."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus, unquote

from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.origin import Code, Setting
from regilink_doctor.core.phrases import rewrite_phrase
from regilink_doctor.core.records import replace
from regilink_doctor.core.target_path import misspelled_prefix
from regilink_doctor.core.text import escape_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.check_result import CheckResult
    from regilink_doctor.doctor.diagnosis import Diagnosis, LinkSummary

KEPT = frozenset(
    {
        *("model", "dataset", "latest", "wandb", ""),
        *("wandb.ai", "api.wandb.ai", "api.forge.coreweave.com", "forge.coreweave.com"),
        *("127.0.0.1", "localhost", "::1", "...", "user:password@proxy", "proxy"),
    }
)
"""Names, in lower case, that identify nothing, and the placeholders of helps."""

APP_WORDS = frozenset(
    {
        *("orgs", "registry", "registries", "artifacts", "runs", "reports", "sweeps", "table", "workspace", "project"),
        *("membership", "overview", "versions", "files", "lineage", "usage", "metadata", "authorize", "settings"),
        *("selectionpath", "view", "tab", "nw", "graphql", "site", "login", "home", "version"),
    }
)
"""What addresses of the W&B App have between the names, in lower case."""

CODE_WORDS = frozenset(
    {
        *("os", "environ", "getenv", "get", "self", "cls", "cfg", "conf", "config", "args", "kwargs", "params", "str"),
        *(
            "settings",
            "hparams",
            "options",
            "name",
            "path",
            "target",
            "target_path",
            "registry",
            "collection",
            "project",
        ),
        *("entity", "team", "type", "format", "join", "return", "run", "wandb", "key", "value", "the", "and"),
    }
)
"""Words of an expression that say nothing about anybody."""


def redact_diagnosis(diagnosis: Diagnosis) -> Diagnosis:
    """The same diagnosis; every name is a kind and a number, the same name always the same."""
    hide = _Hider((*diagnosis.names, *_list_written_names(diagnosis)))

    ready = diagnosis.ready
    if ready is not None:
        ready = replace(
            ready,
            teams=tuple(
                (hide(team), replace(names, name=hide(names.name), entity=hide(names.entity)))
                for team, names in ready.teams
            ),
            targets=tuple(map(hide, ready.targets)),
            entity=hide(ready.entity) if ready.entity else None,
        )
    return replace(
        diagnosis,
        checks=tuple(_redact_check(check, hide) for check in diagnosis.checks),
        found=tuple((name, Setting(hide(item.value), item.origin.rewrite(hide))) for name, item in diagnosis.found),
        differences=tuple(map(hide, diagnosis.differences)),
        links=_redact_links(diagnosis.links, hide),
        ready=ready,
        names=(),
    )


def _list_written_names(diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    """(kind, name): the files of all places, what an address of the W&B App names, and expressions of the code."""
    links = diagnosis.links
    origins = [
        *(origin for check in diagnosis.checks for origin in (check.origin, *check.also_at)),
        *(setting.origin for _, setting in diagnosis.found),
        *(link.origin for link in links.unknown),
        *(origin for origin, _ in links.elsewhere),
    ]
    for origin in origins:
        if isinstance(origin, Code):
            yield from (("file", place.path) for place in (origin.place, *origin.set_at))
    for check in diagnosis.checks:
        for match in _ADDRESS.finditer(check.subject):
            if match["server"].casefold() in KEPT:
                parts = re.split(r"[/?&=#:]", unquote(match["path"]))
                yield from (("name", part) for part in parts if part and part.casefold() not in APP_WORDS)
    for expression in (expression for link in links.unknown for expression in link.expressions):
        yield "expression", expression
        for word in re.findall(r"[^\W\d]\w+", expression):
            if word.casefold() not in CODE_WORDS:
                yield "name", word


def _redact_check(check: CheckResult, hide: _Hider) -> CheckResult:
    return replace(
        check,
        subject=hide(check.subject),
        message=hide(check.message),
        note=hide(check.note) if check.note else check.note,
        help=hide(check.help) if check.help else check.help,
        origin=check.origin.rewrite(hide) if check.origin else None,
        also_at=tuple(origin.rewrite(hide) for origin in check.also_at),
    )


def _redact_links(links: LinkSummary, hide: _Hider) -> LinkSummary:
    unknown = (
        replace(
            link,
            target=hide(link.target),
            origin=link.origin.rewrite(hide),
            reason=hide(link.reason),
            expressions=tuple(map(hide, link.expressions)),
        )
        for link in links.unknown
    )
    elsewhere = ((origin.rewrite(hide), hide(place)) for origin, place in links.elsewhere)
    # The name of a file, and what the parser quotes, may be anything.
    unread, skipped = (("a file",) * len(places) for places in (links.unread, links.skipped))
    return replace(links, unknown=tuple(unknown), elsewhere=tuple(elsewhere), unread=unread, skipped=skipped)


def _without_prefix(kind: str, name: str) -> tuple[str, str]:
    """Of `wandb-registry-model`, however it is spelled and wherever it is, only `model` is a name."""
    meant = name if name.startswith(REGISTRY_PREFIX) else misspelled_prefix(name)
    bare = (meant or "").removeprefix(REGISTRY_PREFIX)
    before = name.removesuffix(bare) if meant else ""
    return ("registry", bare) if before and not before[-1].isalnum() else (kind, name)


class _Hider:
    """Replaces each name by its kind and a number, however it is encoded. A name of two kinds gets the first."""

    def __init__(self, names: tuple[tuple[str, str], ...]) -> None:
        self._numbers: dict[str, int] = {}
        self._instead: dict[str, str] = {}
        for kind, name in (_without_prefix(*item) for item in names):
            if name.casefold() not in KEPT and name.casefold() not in self._instead:
                instead = self._number_next(kind)
                for shape in _shapes_of(name):
                    self._instead.setdefault(shape.casefold(), instead)
        # The longest first: `team-a-mr-migrated` is not `team-a`.
        longest = "|".join(map(re.escape, sorted(self._instead, key=len, reverse=True)))
        self._names = re.compile(_NAMES.replace("NAMES", longest), re.IGNORECASE) if longest else None

    def __call__(self, text: str) -> str:
        return rewrite_phrase(text, self._hide)

    def _hide(self, text: str) -> str:
        text = _ADDRESS.sub(self._hide_server, text)
        return self._names.sub(self._hide_name, text) if self._names else text

    def _number_next(self, kind: str) -> str:
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return f"{kind}-{self._numbers[kind]}"

    def _hide_name(self, match: re.Match[str]) -> str:
        return match["kept"] or self._instead[match["name"].casefold()]

    def _hide_server(self, match: re.Match[str]) -> str:
        """An address: its scheme stays; a server that is not W&B's own goes, with everything after its name."""
        server = match["server"].rpartition("@")[2]
        if server.partition(":")[0].casefold() in KEPT:
            return match[0]
        key = f"{match['scheme']}{match['server']}".casefold()
        return match["scheme"] + self._instead.setdefault(
            key, self._instead.get(server.casefold()) or self._number_next("host")
        )


_ADDRESS = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]*://)(?P<server>[^\s/?#\"'`<>()]+)(?P<path>[^\s\"'`<>(),;]*)",
    re.IGNORECASE,
)

_NAMES = (
    r"(?P<kept>wandb-registry-(?=\w)|[a-z][a-z0-9+.-]*://|https?%3A%2F%2F)"
    r"|(?:(?<![A-Za-z0-9])|(?<=%[0-9A-F]{2}))(?P<name>NAMES)(?![A-Za-z0-9])"
)
"""What stays although a name may be in it, and the names: in an address a separator can be `%2F`."""


def _shapes_of(name: str) -> Iterator[str]:
    """A name as it is, in an address, in a query, and in JSON."""
    yield name
    yield quote(name, safe="")
    yield quote(name)
    yield quote_plus(name)
    yield json.dumps(name)[1:-1]
    yield escape_text(name)
