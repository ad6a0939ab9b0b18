"""Part D: reading from the registry, and managing it."""

from __future__ import annotations

from .failure import Failure

PART_D: tuple[Failure, ...] = (
    Failure(
        "D1",
        "registry or organization not found when reading",
        "The SDK says that the project is not found under the entity. It says so too when you have no access.",
        "Check the registry's and the organization's name, then your membership in the registry.",
        silent=False,
        evidence="code",
        codes=("REG301",),
    ),
    Failure(
        "D2",
        "collection, alias or version not found",
        "One text for all three: the artifact membership is not found. It does not say which part is wrong.",
        "List the collection's versions and aliases, and take a name from there; the first version is `v0`.",
        silent=False,
        evidence="observed",
        codes=("REG305",),
    ),
    Failure(
        "D3",
        "nothing pinned when reading",
        "Without a version or alias the server answers with the latest link, which moves; for some calls the "
        "default has not been verified.",
        "Say which: `wandb-registry-model/my-collection:production` or `:v3`.",
        silent=True,
        evidence="unverified",
        codes=("REG506",),
    ),
    Failure(
        "D4",
        "`wandb.Api()` with another entity than the run",
        "A link finds the organization through the source's entity, a fetch through the settings or the account's "
        "default entity. So the link works and the fetch says that a personal entity has several organizations.",
        'Write `wandb.Api(overrides={"entity": "your-team"})` with the team\'s name, or put the organization in front '
        "of the path.",
        silent=False,
        evidence="code",
        codes=("REG208",),
    ),
    Failure(
        "D5",
        "alias with a slash when reading",
        "The SDK counts the slashes of the whole text, so one in the alias makes it take the first part for the "
        "organization.",
        "Read by version, and rename the alias without the slash.",
        silent=False,
        evidence="code",
        codes=("REG501",),
    ),
    Failure(
        "D6",
        "type that does not match when reading",
        "With `type=` given, the SDK compares it with the artifact's type and refuses.",
        "Leave `type=` out, or give the type the artifact has.",
        silent=False,
        evidence="code",
        codes=("REG406",),
    ),
    Failure(
        "D7",
        "role or seat that does not include reading",
        "A restricted viewer and a view-only seat get permission errors from `use_artifact` and downloads, and so "
        "does a path into a foreign organization.",
        "Ask for the role viewer or higher in that registry, and a seat that may download.",
        silent=False,
        evidence="observed",
        codes=("REG304",),
    ),
    Failure(
        "D8",
        "wandb too old to download from a registry",
        "Clients of 2024 fail to download what a registry links to, although they find it.",
        "Require `wandb>=0.21.4`.",
        silent=False,
        evidence="observed",
        codes=("REG701",),
    ),
    Failure(
        "D9",
        "`wandb artifact get` without a reason",
        "The command turns each of its errors into one sentence, and the cause is lost.",
        "Fetch the same name with `wandb.Api().artifact(...)` and read that error.",
        silent=False,
        evidence="code",
    ),
    Failure(
        "D10",
        "two downloads in one folder",
        "The default folder is named after the source, so two registry names of one source share it.",
        "Give `download(root=...)` a folder of your own.",
        silent=True,
        evidence="code",
    ),
    Failure(
        "D11",
        "source that is hidden",
        "`logged_by()`, `used_by()` and the source's names are None or empty when the source lies in a team that "
        "you do not belong to.",
        "Test for None, or ask for access to the source's project.",
        silent=True,
        evidence="code",
    ),
    Failure(
        "D12",
        "URI in place of a full name",
        "`wandb-artifact://` and `registry://` belong to other tools; the artifact calls of the SDK take neither.",
        "Write `wandb-registry-model/my-collection:v3`, without a scheme and with the prefix.",
        silent=False,
        evidence="docs",
        codes=("REG509",),
    ),
    Failure(
        "D13",
        "filter that never matches",
        "The SDK adds the prefix to the names in a filter, but not to regular expressions: `^model` never matches. "
        "Under `$contains` the prefix makes the middle of a name unfindable, and older versions take unknown fields "
        "without a word.",
        'Write the prefix into the expression: `{"name": {"$regex": "^wandb-registry-model"}}`.',
        silent=True,
        evidence="run",
        codes=("REG508",),
    ),
    Failure(
        "D14",
        "generator printed instead of its names",
        "`print(t.name for t in ...)` shows a generator object. The snippet comes from W&B's own documentation.",
        "Write `print([t.name for t in ...])`.",
        silent=True,
        evidence="docs",
    ),
    Failure(
        "D15",
        "several organizations, or none, behind the entity",
        "`api.registry()` and `api.registries()` without an organization ask the entity for it and refuse to choose.",
        'Give `organization="..."` with the display name.',
        silent=False,
        evidence="code",
        codes=("REG303",),
    ),
    Failure(
        "D16",
        "existence test that hides errors",
        "`artifact_exists()` answers False for a missing artifact, a missing right and a wrong key alike.",
        "Fetch the artifact and tell the errors apart, or use `regilink verify`.",
        silent=True,
        evidence="code",
        codes=("REG511",),
    ),
    Failure(
        "D17",
        "source path where the registry's belongs",
        "Lineage and access then go through the team's project, and the code stops working for other teams.",
        "Read by the registry's name, `wandb-registry-model/my-collection:alias`.",
        silent=True,
        evidence="docs",
        codes=("REG510",),
    ),
    Failure(
        "D18",
        "registry that cannot be created",
        "The name is taken, or the visibility is neither `organization` nor `restricted`; other causes give one "
        "general sentence.",
        'Write `api.create_registry(name=..., visibility="restricted")`, and load the registry first to see whether '
        "it is there.",
        silent=False,
        evidence="code",
        codes=("REG310",),
    ),
)
