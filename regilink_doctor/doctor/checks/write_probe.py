"""The check that proves it: a real link into each registry that is named, when everything else looks right."""

from __future__ import annotations

from collections.abc import Iterable

from regilink_doctor.client.connection_errors import ServerConnectionError
from regilink_doctor.client.gateway import Gateway
from regilink_doctor.client.queries import Argument, Field, ask
from regilink_doctor.client.questions import CollectionQuestion, Questions, VersionQuestion, target_fields
from regilink_doctor.core import rule_codes
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.problems import LinkInput, Problem
from regilink_doctor.core.target_path import registry_name
from regilink_doctor.core.targets import LinkTarget
from regilink_doctor.doctor.base import Check, Outcome, Subject, pass_check, report_problem, skip_check
from regilink_doctor.doctor.context import Context
from regilink_doctor.doctor.facts import list_nodes
from regilink_doctor.doctor.probe.run import NAME, Plan, Result, new_token, run_probe
from regilink_doctor.rules.connection import connection_message

DELETE = "mutation RegilinkDelete($id: String!) { deleteModel(input: {id: $id}) { success } }"
"""As `DeleteRegistry` deletes a project; only for one that the probe itself has made."""


class WriteProbe(Check):
    """Links, reads back and deletes: only that shows seats, quotas and policies (E4, with `--write-probe`)."""

    name = "write-probe"
    group = "Links"
    requires = ("role",)

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """One target for each registry and entity."""
        if context.prober is None:
            return
        seen: set[tuple[str, str]] = set()
        for target in context.targets:
            entity, link = context.run_entity(target), context.link_of(target)
            if link is None or not link.registry or entity is None or (entity.value, link.project) in seen:
                continue
            seen.add((entity.value, link.project))
            yield Subject(target.shown, target.written_at, target, entity.value)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Write, if the user confirms."""
        prober, target = context.prober, subject.target
        if prober is None or not isinstance(target, LinkTarget):
            raise LookupError("a write probe without a target")
        plan = _plan_probe(context, target)
        if not prober.confirm(plan.describe_writes()):
            return skip_check("nothing was written: you did not say yes")
        there_before = _project_id(context.gateway, plan) is not None
        try:
            result = run_probe(plan, prober)
        except KeyboardInterrupt:
            if left := _find_leftovers(context, plan, delete_project=not there_before):
                prober.notice(say("left behind: {left}", left=join_phrases(", ", left)))
            raise
        left = _find_leftovers(context, plan, delete_project=not there_before)
        return _report_outcome(plan, result, left)


def _plan_probe(context: Context, target: LinkTarget) -> Plan:
    link, judgement = context.sdk_link(target), context.judge_target(target)
    if not isinstance(link, LinkInput):
        raise LookupError("a write probe of a path that the SDK refuses")
    organization = judgement.organization or ""
    facts = context.view.registry(organization, registry_name(link.project))
    types = facts.types if facts is not None else None
    kind = target.type_text
    if kind is None or (types is not None and kind not in types):
        kind = types[0] if types else "model"
    return Plan(
        entity=link.source_entity,
        project=context.project_of(target) or NAME,
        type=kind,
        organization=organization,
        registry=f"{REGISTRY_PREFIX}{facts.name}" if facts is not None else link.project,
        token=new_token(),
    )


def project_fields(entity: str, project: str) -> tuple[Field, ...]:
    """Whether a project is there, and its id."""
    arguments = (Argument("name", project, "String!"), Argument("entityName", entity, "String!"))
    return (Field("project", (Field("id", required=True),), arguments),)


def _project_id(gateway: Gateway, plan: Plan) -> str | None:
    project = ask(gateway, "RegilinkProject", project_fields(plan.entity, plan.project)).data["project"]
    return project["id"] if project else None


def _find_leftovers(context: Context, plan: Plan, *, delete_project: bool) -> tuple[str, ...]:
    """What is still there, asked of the server itself; a project that the probe has made is deleted."""
    names = {item.entity: item.name for item in context.organizations}
    registry = registry_name(plan.registry)
    question = CollectionQuestion(names.get(plan.organization, ""), plan.organization, registry, plan.collection)
    version = VersionQuestion(plan.entity, plan.project, f"{plan.collection}:latest")
    try:
        data = ask(context.gateway, "RegilinkLeft", target_fields(Questions((), (question,), (version,)))).data
        owner = (data.get("collection0") or {}).get("orgEntity") or {}
        left = []
        if list_nodes(owner.get("artifactCollections")):
            left.append(
                say("the collection {registry}/{collection}", registry=plan.registry, collection=plan.collection)
            )
        if (data.get("version0") or {}).get("artifactCollectionMembership"):
            left.append(
                say(
                    "the artifact {entity}/{project}/{collection}",
                    entity=plan.entity,
                    project=plan.project,
                    collection=plan.collection,
                )
            )
        if delete_project and not left and (project := _project_id(context.gateway, plan)) is not None:
            context.gateway.ask(DELETE, {"id": project})
            if _project_id(context.gateway, plan) is not None:
                left.append(say("the empty project {entity}/{project}", entity=plan.entity, project=plan.project))
    except ServerConnectionError as fault:
        left = [
            say(
                "something, perhaps, named {collection} ({text})",
                collection=plan.collection,
                text=connection_message(fault.problem).text,
            )
        ]
    return tuple(left)


def _report_outcome(plan: Plan, result: Result, left: tuple[str, ...]) -> Outcome:
    facts = {"left": "\n".join(left)}
    if result.step is not None:
        error = f"{result.error}: {result.message}" if result.error else result.message or ""
        return report_problem(
            Problem(rule_codes.WRITE_PROBE_FAILED, facts={**facts, "step": result.step, "error": error})
        )
    if left:
        return report_problem(Problem(rule_codes.WRITE_PROBE_FAILED, kind="left-behind", facts=facts), status="warn")
    return pass_check(
        say(
            "{entity} linked an artifact of type {type} into {registry}, and read it; "
            "the probe then deleted everything",
            entity=plan.entity,
            type=plan.type,
            registry=plan.registry,
        )
    )
