"""Fixes that need to know the organization: by a catalog that proves it, or by the configuration."""

from tables import check_rows

from regilink_doctor.core.catalog import Catalog, Organization, Registry
from regilink_doctor.core.organization_view import NOTHING_CONFIGURED, ConfiguredOrganization
from regilink_doctor.lint import change
from regilink_doctor.lint.engine import FileReport, lint_bytes

NAMES = ("model", "dataset", "raw-images", "raw-image", "Golden Datasets")


def catalog(*, complete: bool = True) -> Catalog:
    registries = tuple(Registry(name) for name in NAMES)
    return Catalog((Organization("Acme Inc", "acme", ("team-a",), registries),), complete=complete)


def mend(
    code: str, directory: Catalog | None, *, unsafe: bool = False, known: ConfiguredOrganization = NOTHING_CONFIGURED
) -> str:
    def lint(content: bytes) -> FileReport:
        return lint_bytes("/nowhere/train.py", content, directory, known=known)

    after, _ = change.apply_fixes("/nowhere/train.py", code.encode(), lint, unsafe=unsafe)
    return after.decode()


def link(path: str) -> str:
    return f'import wandb\nrun = wandb.init(entity="team-a")\nrun.link_artifact(a, "{path}")\n'


@check_rows(
    ("wrong", "right"),
    [
        ("wandb-registry-modle/zoo", "wandb-registry-model/zoo"),
        ("wandb-registry-Golden-Datasets/zoo", "wandb-registry-Golden Datasets/zoo"),
        ("wandb-registry-models/zoo", "wandb-registry-model/zoo"),
        ("wandb-registry-raw-imags/zoo", None),
        ("wandb-registry-nothing-like-it/zoo", None),
        ("acme-org/wandb-registry-model/zoo", "wandb-registry-model/zoo"),
        ("team-a/wandb-registry-model/zoo", "wandb-registry-model/zoo"),
        ("acme/wandb-registry-model/zoo", None),
    ],
)
def test_a_complete_catalog_proves_what_was_meant(wrong: str, right: str | None) -> None:
    assert mend(link(wrong), catalog()) == link(right or wrong)


def test_what_a_part_of_a_catalog_suggests_is_unsafe() -> None:
    wrong = link("wandb-registry-modle/zoo")
    assert mend(wrong, catalog(complete=False)) == wrong
    assert mend(wrong, catalog(complete=False), unsafe=True) == link("wandb-registry-model/zoo")


@check_rows(
    ("entity", "team"),
    [
        ("reseacrh-ml", "research-ml"),
        ("reserch-ml", "research-ml"),
        ("researchh-ml", "research-ml"),
        ("rezearch-ml", "research-ml"),
        ("Research_ML", "research-ml"),
        ("research-nlp", None),
        ("research-ml2", None),
        ("search-ml", None),
        ("ml", None),
        ("alice", None),
        ("research-ml", None),
    ],
)
def test_a_part_of_a_catalog_warns_of_a_name_that_resembles_a_team(entity: str, team: str | None) -> None:
    part = Catalog((Organization("Acme Inc", "acme", ("research-ml",), (Registry("model"),)),))
    code = link("wandb-registry-model/zoo").replace("team-a", entity).encode()
    found = lint_bytes("/nowhere/train.py", code, part).findings
    assert [(item.code, item.severity) for item in found] == ([("REG207", "warning")] if team else [])
    assert all(item.help == f'did you mean "{team}"?' for item in found)


@check_rows(
    ("call", "mended"),
    [
        ("wandb.init()", 'wandb.init(entity="team-a")'),
        ('wandb.init(project="p")', 'wandb.init(entity="team-a", project="p")'),
        ("wandb.init(\n    job_type='x',  # why\n)", "wandb.init(\n    entity=\"team-a\", job_type='x',  # why\n)"),
        ("wandb.init(**settings)", None),
    ],
)
def test_the_only_team_is_added_where_the_entity_is_left_out(call: str, mended: str | None) -> None:
    code = 'import wandb\nrun = {}\nrun.link_artifact(a, "wandb-registry-model/zoo")\n'
    known = ConfiguredOrganization(teams=("team-a",))
    assert mend(code.format(call), None, known=known) == code.format(call)
    assert mend(code.format(call), None, known=known, unsafe=True) == code.format(mended or call)
    two = ConfiguredOrganization(teams=("team-a", "team-b"))
    assert mend(code.format(call), None, known=two, unsafe=True) == code.format(call)
