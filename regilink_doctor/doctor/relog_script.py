"""The script that logs an artifact of a personal entity again under a team: it cannot be moved (row B1)."""

from __future__ import annotations

from regilink_doctor.core.targets import LinkTarget
from regilink_doctor.doctor.context import Context

INDENT = "    "
"""Before each line of a script: a report shows such lines of a help without its mark, to be copied as they are."""


def relog_script(context: Context, personal: str) -> tuple[str, ...]:
    """The lines, for the first target whose run belongs to the personal entity; none without a team to log under."""
    teams = sorted(team.name for team in context.account.usable_teams)
    team = context.account.default_entity if context.account.default_entity in teams else next(iter(teams), None)
    if team is None:
        return ()
    target = next((each for each in context.targets if _belongs_to_team(context, each, personal)), None)
    project = (target.known_project if target else None) or "PROJECT"
    fetched = target.consumed.text if target and target.consumed and target.consumed.is_known else None
    path = target.text if target else "wandb-registry-model/COLLECTION"
    source = fetched if fetched and fetched.startswith(f"{personal}/") else f"{personal}/{project}/NAME:VERSION"
    name = source.rpartition("/")[2].partition(":")[0]
    if source.count("/") == 2 and fetched == source:
        project = source.split("/")[1]
    lines = (
        "import wandb",
        f'old = wandb.Api().artifact("{source}")',
        f'with wandb.init(entity="{team}", project="{project}", job_type="log-again") as run:',
        f'    new = wandb.Artifact("{name}", type=old.type, description=old.description, metadata=old.metadata)',
        "    new.add_dir(old.download())",
        f'    run.link_artifact(run.log_artifact(new), target_path="{path}")',
    )
    return (
        "an artifact cannot be moved to a team; log it again there:",
        *(INDENT + line for line in lines),
    )


def _belongs_to_team(context: Context, target: LinkTarget, personal: str) -> bool:
    entity = context.run_entity(target)
    return target.is_known and entity is not None and entity.value == personal and context.links_registry(target)
