"""A target path or a full name: its parts, where a link would really go, what is wrong, what to write."""

from __future__ import annotations

import shlex

from regilink_doctor.core import wandb_messages
from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.naming import CORE_REGISTRY_DISPLAY, CORE_REGISTRY_TYPES, REGISTRY_PREFIX
from regilink_doctor.core.phrasing import close_to
from regilink_doctor.core.records import record
from regilink_doctor.core.sites import Init, Link, MakeArtifact, Site
from regilink_doctor.core.strings import KnownPart, StringValue
from regilink_doctor.core.target_path import UNKNOWN_NAME, SdkRefusal, TargetPath, parsed, sdk_link
from regilink_doctor.rules import rule_for, wording
from regilink_doctor.rules.judge import path_findings
from regilink_doctor.workflows.explain.explanation import Explanation, Wrong, causes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.target_path.sdk import LinkMethod
    from regilink_doctor.workflows.explain.explanation import Kind

CALLS: tuple[LinkMethod, ...] = ("Run.link_artifact", "Artifact.link")
MOST_FIXES = 4
"""Rounds of fixing: each removes one problem of a segment, and may show the next."""


@record
class PathFacts:
    """What lint says of a path, and the path with every clear mistake fixed (None: something is still wrong)."""

    wrong: tuple[Wrong, ...]
    fixed: str | None
    failures: tuple[str, ...]
    certain: bool
    """At least one of the problems is an error."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes, in the order of the path."""
        return tuple(dict.fromkeys(each.code for each in self.wrong))


def explain_path(text: str, kind: Kind, directory: OrganizationView | None = None) -> Explanation:
    """A target path as it is, or a full name (a path with `:version`), which is for reading."""
    linked = text
    path = parsed(text)
    if kind == "full-name" and path is not None:
        linked = text.removesuffix(f":{path.version}")
    facts = examine(linked, directory)
    rows = facts.failures or _rows_without_finding(linked)
    title = "the full name of a version in a registry, for reading"
    if kind == "full-name" and (path is None or not path.is_registry):
        title = "the full name of a version in a project, not in a registry; for reading"
    elif kind == "target-path":
        title = "a target path" + ("" if path is not None and path.is_registry else ", but not of a registry")
    organization = path.prefix or None if path is not None and path.is_registry else None
    return Explanation(
        kind,
        title,
        target=_target(linked, kind, facts),
        organization=organization,
        registry=path.registry if path is not None else None,
        collection=(path.collection or None) if path is not None else None,
        version_or_alias=path.version if path is not None else None,
        codes=facts.codes,
        failures=rows,
        notes=_notes(linked, path, facts),
        parts=parts_of(path),
        goes=destinations(linked),
        wrong=facts.wrong,
        write=_write(text, linked, kind, facts),
        causes=causes_of(rows, target=text) if facts.wrong or not (path and path.is_registry) else (),
    )


def examine(text: str, directory: OrganizationView | None = None) -> PathFacts:
    """What lint finds in a path, as if a run of unknown entity linked to it."""
    findings = tuple(path_findings(link_site(text), directory))
    wrong = tuple(Wrong(each.code, each.message, each.help) for each in findings)
    certain = any(each.severity == "error" for each in findings)
    fixed = _apply_fixes(text, findings, directory)
    if not wrong and directory is not None and (unknown := _unknown_registry(parsed(text), directory)):
        wrong, fixed, certain = (unknown,), None, directory.complete
    rows = tuple(dict.fromkeys(row for each in wrong for row in rule_for(each.code).rows))
    return PathFacts(wrong, fixed, rows, certain)


def _unknown_registry(path: TargetPath | None, directory: OrganizationView) -> Wrong | None:
    """What no organization has that the link could go to: whose run it is, a path alone does not tell."""
    if path is None or not path.registry:
        return None
    organizations = [each for each in directory.organization_names if path.prefix in (None, "", each.name, each.entity)]
    names = [name for each in organizations for name in directory.registry_names(each.entity)]
    if not names or path.registry.casefold() in (name.casefold() for name in names):
        return None
    meant = close_to(path.registry, names)
    return Wrong(
        "REG301",
        f"no registry {wording.quoted(path.registry)} is known in the catalog: "
        + ("W&B makes none by a link" if directory.complete else "missing, or restricted"),
        f"did you mean {wording.quoted(f'{REGISTRY_PREFIX}{meant}/{path.name}')}?"
        if meant
        else f"the registries that are known are {wording.listed(names)}",
    )


def destinations(text: str) -> tuple[str, ...]:
    """Where each of the two calls puts an artifact; one line where they agree."""
    there = {call: _destination(text, call) for call in CALLS}
    if len(set(there.values())) == 1:
        return (there["Run.link_artifact"],)
    return tuple(f"{call}: {where}" for call, where in there.items())


def parts_of(path: TargetPath | None) -> tuple[tuple[str, str], ...]:
    """The table of a path's parts, as the SDK reads it."""
    if path is None:
        return ()
    if path.is_registry:
        shown = [
            ("organization", path.prefix or "(not given: W&B takes that of the run's entity)"),
            ("registry", path.registry or ""),
        ]
    else:
        shown = [
            ("entity", path.prefix or "(not given: the run's)"),
            ("project", path.project or "(not given: the run's)"),
        ]
    shown.append(("collection", path.collection or "(empty)"))
    if path.version is not None:
        shown.append(("version or alias", path.version or "(empty)"))
    return tuple(shown)


def without_organization(text: str) -> str:
    """A registry path without what stands in front of the registry; any other text as it is."""
    path = parsed(text)
    return f"{path.project}/{path.name}" if path is not None and path.is_registry else text


def link_site(
    text: str,
    call: str = "wandb.Run.link_artifact",
    *,
    entity: str | None = None,
    project: str | None = None,
    type: str | None = None,
) -> Site:
    """A call that links to `text`, as the linter would have found it in source; what is None is not known."""
    place = Place("", Span(1, 1, 1, 1 + len(text)))

    def written(value: str | None) -> tuple[StringValue, ...]:
        return (StringValue((KnownPart(value, place, exact=True),), place),) if value is not None else ()

    init = Init("wandb.init", place, place.span, entity=written(entity), project=written(project))
    artifact = MakeArtifact("wandb.Artifact", place, place.span, type=written(type))
    return Link(call, place, place.span, target=written(text), argument=place, init=init, artifact=artifact)


def _apply_fixes(text: str, findings: tuple[Finding, ...], directory: OrganizationView | None) -> str | None:
    """The text after the fixes of its findings, again and again; None when something wrong is left."""
    for _ in range(MOST_FIXES):
        if not findings:
            return text
        edits = [edit for each in findings if each.fix is not None for edit in each.fix.edits]
        if not edits:
            return None
        for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
            text = text[: edit.span.column - 1] + edit.content + text[edit.span.end_column - 1 :]
        findings = tuple(path_findings(link_site(text), directory))
    return None


def _destination(text: str, call: LinkMethod) -> str:
    made = sdk_link(text, call, UNKNOWN_NAME, UNKNOWN_NAME, {})
    if isinstance(made, SdkRefusal):
        said = wandb_messages.fill_message(made.problem.wandb_message or "", **made.problem.facts)
        return f"nowhere: {made.exception}: {said} (raised after the upload)"
    if not made.registry:
        site = link_site(text, f"wandb.{call}")
        return (wording.destination(site, site.target[0]) or "a project of the run's entity") + ", not a registry"
    registry = wording.quoted(made.project.removeprefix(REGISTRY_PREFIX))
    owner = wording.quoted(made.organization) if made.organization else "that the run's entity belongs to"
    name = f"collection {wording.quoted(made.collection)}" if made.collection else "a collection without a name"
    return f"{name} of the registry {registry} of the organization {owner}"


def _rows_without_finding(text: str) -> tuple[str, ...]:
    """A path that lint leaves alone, because a link between projects is legal, and that explain is asked about."""
    path = parsed(text)
    if path is None or path.is_registry:
        return ()
    return ("A1",) if path.project else ("A2",)


def _target(linked: str, kind: Kind, facts: PathFacts) -> str | None:
    path = parsed(linked)
    if facts.wrong:
        return facts.fixed
    if path is None or not path.is_registry:
        return None
    return without_organization(linked) if kind == "full-name" else linked


def _notes(linked: str, path: TargetPath | None, facts: PathFacts) -> tuple[str, ...]:
    if facts.wrong or path is None or not path.is_registry:
        return ()
    asks = f"`regilink doctor {shlex.quote(linked)}` asks the server whether the registry is there and takes it"
    return (f"nothing is wrong with it as a text; {asks}",)


def _write(text: str, linked: str, kind: Kind, facts: PathFacts) -> tuple[str, ...]:
    path = parsed(linked)
    target = _target(linked, kind, facts)
    if target is not None and kind == "full-name":
        return (
            f"to read it: {wording.quoted(text)}",
            f"to link to it: target_path={wording.quoted(target)} (W&B numbers the versions, aliases go into aliases=)",
        )
    if target is not None and facts.wrong:
        return (f"target_path={wording.quoted(target)}",)
    if facts.wrong or path is None or path.is_registry:
        return ()
    return _registry_was_meant(path)


def _registry_was_meant(path: TargetPath) -> tuple[str, ...]:
    name = CORE_REGISTRY_DISPLAY.get((path.project or "").casefold(), path.project or "REGISTRY")
    meant = wording.quoted(f"{REGISTRY_PREFIX}{name}/{path.name or 'COLLECTION'}")
    sure = "" if name in CORE_REGISTRY_TYPES else ", if a registry is meant"
    return (f"target_path={meant}{sure}",)
