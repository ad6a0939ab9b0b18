"""Checks of each registry link on the server, step by step as W&B takes them."""

from __future__ import annotations

from regilink_doctor.core.judgement import Judgement, resolve_organization
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.organization_view import OrganizationNames
from regilink_doctor.core.phrasing import close_to
from regilink_doctor.core.target_path import LinkInput, TargetPath, is_known, parse, registry_name
from regilink_doctor.core.targets import LinkTarget
from regilink_doctor.doctor.advice import answer_of, listed
from regilink_doctor.doctor.base import Outcome, blocked, passed, skipped
from regilink_doctor.doctor.checks.target import OfTarget, rows_of
from regilink_doctor.doctor.context import Context

_FOR = {"organization": ", for the whole organization", "restricted": ", for its members alone"}
"""Visibility -> in words."""


class OrganizationCheck(OfTarget):
    """Which organization the link goes to: the path may only name that of the run (A12, A13)."""

    name = "organization"
    group = "Links"
    requires = ("target-path", "account", "entity", "organization-variable", "source")

    def judged(self, context: Context, target: LinkTarget, made: LinkInput, judgement: Judgement) -> Outcome:
        """REG202 for a team or person there, REG303 for any other name."""
        found = resolve_organization(made.source_entity, made.organization, context.directory)
        if isinstance(found, OrganizationNames):
            return passed(f"links of {made.source_entity} go to {found.name} (entity {found.entity})")
        facts = context.directory.entity(made.source_entity)
        own = facts.organizations[0] if facts and facts.organizations else None
        named = context.directory.entity(made.organization) if made.organization else None
        kind = "a personal entity" if named and named.kind == "personal" else "a team"
        what = f"{kind}, not an organization" if judgement.rule == "REG202" else "not the run's organization"
        if (
            own is not None
            and made.organization
            and made.organization.casefold()
            in (
                own.name.casefold(),
                own.entity.casefold(),
            )
        ):
            what = f"not how it is written: it is compared letter by letter with {own.name} and {own.entity}"
        short = _without_organization(target)
        whole = f'\nor: target_path="{own.entity}/{short}"' if own else ""
        return Outcome(
            "fail",
            f'the path names "{made.organization}" where the organization belongs, which is {what}; '
            f"{answer_of(judgement)}",
            judgement.rule,
            f'write: target_path="{short}"   (the organization follows from the run\'s team){whole}',
            rows_of(judgement),
        )


class RegistryCheck(OfTarget):
    """Whether the registry is there: W&B does not tell a missing one from a restricted one (B3, A10)."""

    name = "registry"
    group = "Links"
    requires = ("organization",)

    def judged(self, context: Context, target: LinkTarget, made: LinkInput, judgement: Judgement) -> Outcome:
        """REG301 missing or restricted, REG302 another spelling."""
        organization = judgement.organization or ""
        name = registry_name(made.project)
        collection = made.collection.partition(":")[0]
        found = context.directory.registry(organization, name)
        if found is not None and found.name != name:
            return Outcome(
                "warn",
                f'the registry is written "{found.name}", not "{name}": W&B finds it in any case when fetching, '
                "nobody has published whether a link does",
                "REG302",
                f'write: target_path="{REGISTRY_PREFIX}{found.name}/{collection}"',
                ("A10",),
            )
        if found is not None:
            shown = context.directory.visibility(judgement.organization or "", name)
            return passed(f"the registry {name} is there{_FOR.get(shown or '', '')}")
        names = _organization(context, made)
        known = context.enquiry.all_registries(names) if names else ()
        meant = close_to(name, known)
        where = names.name if names else organization
        what = f'"{name}" is missing in {where}, or restricted and not shown to you (W&B does not tell which)'
        if judgement.rule == "REG302":
            meant = meant or "model"
            what = f'"{name}" is how the App shows the registry "{meant}", not its name in a path'
        lines = [f'write: target_path="{REGISTRY_PREFIX}{meant}/{collection}"'] if meant else []
        if known and not meant:
            lines.append(f"the registries that you can see: {listed(known)}")
        if judgement.rule != "REG302":
            new = f'wandb.Api().create_registry(name="{name}", visibility="organization", organization="{where}")'
            let_in = f'if "{name}" is its name, ask its admin to let you in'
            lines.append(f"or, {let_in}" if meant else f"or ask its admin to let you in, or make it: {new}")
        return Outcome(
            "fail",
            f"the registry {what}: a link never makes one; {answer_of(judgement)}",
            judgement.rule or "REG301",
            "\n".join(lines),
            rows_of(judgement),
        )


class Role(OfTarget):
    """Whether you may link into the registry, and which role you have there (B7).

    `readOnly` of its project decides, the roles explain it. The SDK asks the same of source projects. That it
    follows a registry's roles exactly is not verified [U], so the message says what the server said.
    """

    name = "role"
    group = "Links"
    requires = ("registry",)

    def judged(self, context: Context, target: LinkTarget, made: LinkInput, judgement: Judgement) -> Outcome:
        """REG304 where the server says read-only."""
        name = registry_name(made.project)
        found = context.directory.registry(judgement.organization or "", name)
        if found is None or found.writable is None:
            return skipped("the server does not say whether you may write to the registry")
        best = context.account.best_role(context.directory.grants(judgement.organization or "", name))
        through = f" through the team {best.team}" if best and best.team else ""
        role = f"{best.role.replace('_', ' ')}{through}" if best else ""
        if found.writable:
            return passed(f"you may link into {found.name}" + (f" ({role})" if role else ""))
        given = f" (your role: {role})" if role else ""
        return Outcome(
            "fail",
            f"the server says that the registry {found.name} is read-only for you{given}, so the link would be "
            f"refused; {answer_of(judgement)}",
            "REG304",
            f"ask an admin of the registry {found.name} for the role Member: registry, Settings, Registry members",
            ("B7", "B8"),
        )


class ArtifactType(OfTarget):
    """Whether the registry accepts the artifact's type (B4)."""

    name = "artifact-type"
    group = "Links"
    requires = ("registry",)

    def judged(self, context: Context, target: LinkTarget, made: LinkInput, judgement: Judgement) -> Outcome:
        """REG401, with the two ways out."""
        name = registry_name(made.project)
        found = context.directory.registry(judgement.organization or "", name)
        types = found.types if found else None
        given = target.type_text
        if types is None:
            return passed(f"the registry {name} takes every type")
        allowed = listed(types) or "none"
        if given is None or not is_known(given):
            return skipped(
                f"the registry {name} takes: {allowed}; the artifact's type is not known, give it with --type"
            )
        if given in types:
            return passed(f"the registry {name} takes the type {given}")
        meant = close_to(given, types) or (types[0] if types else given)
        return Outcome(
            "fail",
            f'the registry {name} takes artifacts of type {allowed}, not "{given}": '
            "the artifact would be uploaded, then the link refused",
            "REG401",
            f'write: wandb.Artifact(..., type="{meant}")\n'
            f"or let the registry take it (an admin; a type cannot be taken away again): "
            f'r = wandb.Api().registry("{name}"); r.artifact_types.append("{given}"); r.save()',
            ("B4",),
        )


class CollectionCheck(OfTarget):
    """Whether the collection has the artifact's type, which never changes (B5)."""

    name = "collection"
    group = "Links"
    requires = ("registry",)

    def judged(self, context: Context, target: LinkTarget, made: LinkInput, judgement: Judgement) -> Outcome:
        """REG402, with another collection as the way out."""
        if judgement.rule == "REG401":
            return blocked("artifact-type")
        collection = made.collection.partition(":")[0]
        existing = context.directory.collection_type(judgement.organization or "", made.project, collection)
        if judgement.rule == "REG402":
            new = f"{collection}-{target.type_text}"
            return Outcome(
                "fail",
                f'the collection {collection} holds artifacts of type "{existing}", and a collection never changes its '
                f'type: one of type "{target.type_text}" would be refused after the upload',
                "REG402",
                f'link into another collection: target_path="{made.project}/{new}"\n'
                f'or, if it is one: wandb.Artifact(..., type="{existing}")',
                ("B5",),
            )
        if existing is None and "artifactCollections" in context.directory.not_known:
            return skipped(f"the server is too old to be asked whether {collection} is there, and of which type")
        if existing is None:
            return passed(f"the collection {collection} does not exist yet: the first link makes it")
        return passed(f"the collection {collection} is there, of type {existing}")


def _organization(context: Context, made: LinkInput) -> OrganizationNames | None:
    found = resolve_organization(made.source_entity, made.organization, context.directory)
    return found if isinstance(found, OrganizationNames) else None


def _without_organization(target: LinkTarget) -> str:
    path = parse(target.text)
    return str(TargetPath(path.name, path.project))
