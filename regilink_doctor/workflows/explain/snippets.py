"""A pasted piece of code: read by the linter as it reads a file, or, where it is no whole Python, by its quotes."""

from __future__ import annotations

import textwrap

from regilink_doctor.core.records import replace
from regilink_doctor.core.target_path.app_urls import read_snippet
from regilink_doctor.lint.engine import lint_bytes
from regilink_doctor.rules import rule_for
from regilink_doctor.workflows.explain import paths
from regilink_doctor.workflows.explain.explanation import Explanation, Wrong, causes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Site
    from regilink_doctor.lint.engine import FileReport

LIMIT = 100_000
"""A longer text is no snippet."""
MOST_OPEN = 5
_IMPORT = "import wandb\n"


def explain_code(text: str, directory: OrganizationView | None = None) -> Explanation | None:
    """What the calls in a piece of Python come to; None when there are none."""
    if len(text) > LIMIT:
        return None
    code = textwrap.dedent(text).strip("\n")
    lines_added = 0 if "import wandb" in code else 1
    missing = code.count("(") - code.count(")")
    # What was copied up to the end of a line is often a call without its end.
    for whole in (code, code + ")" * missing) if 0 < missing < MOST_OPEN else (code,):
        report = lint_bytes("snippet.py", ((_IMPORT if lines_added else "") + whole + "\n").encode(), directory)
        if report.sites:
            return _of_code(report, lines_added, directory)
    return None


def explain_quoted_path(text: str, directory: OrganizationView | None = None) -> Explanation | None:
    """The registry path between quotes in what is not whole Python; None when there is none."""
    path = read_snippet(text) if len(text) <= LIMIT else None
    return _of_path(path, directory) if path is not None else None


def _of_code(report: FileReport, lines_added: int, directory: OrganizationView | None) -> Explanation:
    wrong = tuple(
        Wrong(each.code, each.message, each.help, each.place.span.line - lines_added) for each in report.findings
    )
    rows = tuple(dict.fromkeys(row for each in wrong for row in rule_for(each.code).failures))
    text = _first_path(report.sites)
    calls = ", ".join(dict.fromkeys(site.call for site in report.sites))
    if text is None:
        return Explanation(
            "snippet",
            f"code that calls {calls}",
            codes=tuple(dict.fromkeys(each.code for each in wrong)),
            failures=rows,
            wrong=wrong,
            causes=causes_of(rows),
        )
    inner = _of_path(text, directory)
    return Explanation(
        "snippet",
        f"code that calls {calls}",
        target=inner.target,
        organization=inner.organization,
        registry=inner.registry,
        collection=inner.collection,
        version_or_alias=inner.version_or_alias,
        codes=tuple(dict.fromkeys(each.code for each in wrong)) or inner.codes,
        failures=rows or inner.failures,
        notes=inner.notes if not wrong else (),
        parts=inner.parts,
        goes=inner.goes,
        wrong=wrong or inner.wrong,
        write=inner.write,
        causes=causes_of(rows, target=text) or inner.causes,
    )


def _first_path(sites: Sequence[Site]) -> str | None:
    for kind in ("link", "consume"):
        for site in sites:
            for text in site.target:
                if site.kind == kind and text.literal is not None:
                    return text.literal
    return None


def _of_path(text: str, directory: OrganizationView | None) -> Explanation:
    """The path inside a snippet; what the App prints for pasting has the organization in front, which can go."""
    name = text.rpartition("/")[2]
    inner = paths.explain_path(text, "full-name" if ":" in name else "target-path", directory)
    target = paths.without_organization(inner.target) if inner.target else None
    write = inner.write
    if target is not None and target != text and not write:
        write = (f'target_path="{target}"; the organization in front can go',)
    return replace(inner, kind="snippet", title=f"a snippet with {inner.title}", target=target, write=write)
