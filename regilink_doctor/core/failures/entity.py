"""Part B: what the server refuses, or takes in another way than meant."""

from __future__ import annotations

from regilink_doctor.core.failures.failure import Failure

ENTITY: tuple[Failure, ...] = (
    Failure(
        "B1",
        "artifact logged under a personal entity",
        "The server refuses the link: the source belongs to a user, or to a team of another organization. The SDK "
        "does not notice it before when the user has one organization.",
        'Log the artifact in a run of a team: `wandb.init(entity="your-team", ...)` with the team\'s name. A logged '
        "artifact cannot be moved, so download it, log it again there and link that one.",
        silent=False,
        codes=("REG203", "REG201"),
        recognize="The source's page in the W&B App is under a user's name, or under a team of another organization: "
        "print `run.entity`.",
        check_with="regilink doctor TARGET --entity TEAM",
        phases=("link", "init", "log"),
    ),
    Failure(
        "B2",
        "run in an unexpected entity",
        "Without `entity=` or `WANDB_ENTITY` the account's default entity decides, and that differs between "
        "colleagues. Sweeps and launch jobs drop `entity=`, a second `wandb.init` returns the first run, and an "
        "organization or a team without access is refused.",
        "Say the team in `wandb.init(entity=...)`, for a sweep when it is created, and compare `run.entity` before "
        "you train.",
        silent=False,
        codes=("REG201", "REG207", "REG204", "REG205", "REG609"),
        recognize="`run.entity` is not the team you meant; neither code nor environment names one, or a sweep or "
        "launch job chose it.",
        check_with="regilink doctor --entity TEAM",
        phases=("login", "init", "log", "link", "consume", "sync", "sweep", "api", "registry"),
    ),
    Failure(
        "B3",
        "registry missing, or not visible",
        "A first link creates a collection but never a registry: the server answers that it cannot create one, or "
        "that the project is not found. A restricted registry without you as a member looks the same.",
        "Check the name, ask an administrator for access, or create the registry in the W&B App or with "
        "`api.create_registry`.",
        silent=False,
        codes=("REG301",),
        recognize="The W&B App's list of registries does not show that name to you, or to the account of the key.",
        check_with="regilink doctor TARGET --entity TEAM",
        phases=("link", "registry", "consume", "api", "download"),
    ),
    Failure(
        "B4",
        "artifact type that the registry does not accept",
        "The registry has a list of types and the server refuses others, in undocumented words. "
        "The model and dataset registries start with one type each, and an artifact logged without a type is "
        "`unspecified`.",
        'Give the artifact an accepted type, `wandb.Artifact(name, type="model")`, or have the type added to the '
        "registry; a type once added stays.",
        silent=False,
        codes=("REG401", "REG404"),
        recognize="The registry's settings in the W&B App list types, and the artifact's is not among them.",
        check_with="regilink doctor TARGET --type TYPE",
        phases=("link", "registry"),
    ),
    Failure(
        "B5",
        "collection of another type",
        "The first link fixes the type of a collection for all users, and a version of another type is refused. "
        "The same holds for the name of the source artifact in its project.",
        "Link to a collection of the artifact's type, or choose a new name for the collection.",
        silent=False,
        codes=("REG402",),
        recognize="The registry accepts the type, but the collection's page shows another one.",
        check_with="regilink doctor TARGET --type TYPE",
        phases=("link", "log", "api", "consume"),
    ),
    Failure(
        "B6",
        "reserved artifact type",
        "`wandb.Artifact` refuses `job`, types that begin with `wandb-`, and two of W&B's own names for tables and "
        "code.",
        "Choose another type, such as `model` or `dataset`.",
        silent=False,
        codes=("REG403",),
        recognize="The error comes from `wandb.Artifact(...)` itself and names the type.",
        check_with="regilink lint .",
        phases=("log", "link"),
    ),
    Failure(
        "B7",
        "role too low",
        "Linking, aliases and unlinking need the role member or admin in that registry; a restricted viewer cannot "
        "even download. The server says that permission is denied, or that it finds nothing.",
        "Ask an administrator of the registry for the role member, for you or for your team.",
        silent=False,
        codes=("REG304",),
        recognize="You see the registry, and its settings show your role as viewer or restricted viewer.",
        check_with="regilink doctor TARGET --entity TEAM",
        phases=("link", "registry", "delete", "api"),
    ),
    Failure(
        "B8",
        "seat or plan that does not include writing",
        "On servers before 0.75 a viewer's seat cannot write to a registry whatever the role; a view-only seat "
        "cannot download.",
        "Ask for a full seat, or have the server upgraded.",
        silent=False,
        codes=("REG304",),
        recognize="Your role is member or higher, and the same call works for a colleague with a full seat.",
        check_with="regilink doctor TARGET --write-probe",
    ),
    Failure(
        "B9",
        "service account with another default team",
        "A service account of a team writes in that team alone, one of the organization goes to its default team "
        "unless `WANDB_ENTITY` names another. Its artifacts then come from the wrong team, or it has no access.",
        "Set `WANDB_ENTITY` to the team, and add the account to a restricted registry.",
        silent=False,
        codes=("REG807",),
        recognize="The key belongs to a service account: `regilink doctor` says so, and names its default team.",
        check_with="regilink doctor TARGET --entity TEAM",
        phases=("init", "log", "link", "registry", "sync", "sweep", "api"),
    ),
    Failure(
        "B10",
        "protected alias",
        "Adding or removing it needs the role admin. Which part of a link the server refuses is not published; "
        "between 0.19.11 and 0.27.0 the SDK blames permissions for every error of the call.",
        "Link without the alias and let an administrator, or an automation of theirs, set it.",
        silent=False,
        codes=("REG507",),
        recognize="The same link without `aliases=` works.",
        check_with="regilink doctor TARGET --write-probe",
        phases=("link", "delete", "api"),
    ),
    Failure(
        "B11",
        "alias that is not allowed, or does not do what it says",
        "The SDK refuses `/`, `:` and more than 128 characters, and lets an empty alias and `v3` pass. `latest` "
        "follows the last link on its own, an alias moves to the newest version that is given it, and "
        "aliases of `log_artifact` stay with the source.",
        'Give `link_artifact` a plain word: `aliases=["production"]`, without a version and without `latest`.',
        silent=False,
        codes=("REG501", "REG502", "REG504", "REG503"),
        recognize="The error names the aliases, or the link works without them.",
        check_with="regilink lint .",
        phases=("link", "log", "api"),
    ),
    Failure(
        "B12",
        "the source's version number in a registry name",
        "The registry counts versions for each collection, from `v0`. The source's number fetches another model, "
        "or none, without an error.",
        "Keep what the link returns and use `linked.version` or `linked.qualified_name`.",
        silent=True,
        codes=("REG505",),
        recognize="The fetched artifact's `source_version` is not the one that was meant.",
        check_with="regilink verify TARGET",
    ),
    Failure(
        "B13",
        "server too old",
        "Calls of the registry fail as not enabled, or the server does not know a field. The SDK says the same "
        "after a network error or ten seconds without an answer.",
        "Ask the server for its version and features first (`regilink doctor`), then have it upgraded or call again.",
        silent=False,
        codes=("REG805",),
        recognize="It happens for every registry and every colleague on this server, and the network is fine.",
        check_with="regilink doctor",
        phases=("link", "consume", "registry", "api", "download"),
    ),
    Failure(
        "B14",
        "wandb too old",
        "Before 0.21.2 a failed link is printed and the call returns None; 0.19.11 can even return an older version "
        "as if linked. Older ones lack the short path, the registry calls or the result of a link.",
        "Require `wandb>=0.21.4`.",
        silent=True,
        codes=("REG701", "REG608"),
        recognize="`wandb --version` is below 0.21.4, and the call returned None or printed an error without raising.",
        check_with="regilink doctor",
        sdk_before="0.21.4",
    ),
    Failure(
        "B15",
        "time to live on a linked artifact",
        "Linking switches the source's time to live off; before 0.21.0 the SDK said so, now it does not. Setting it "
        "on a linked artifact is refused.",
        "Do not count on expiry for what you link; unlink first, then set it on the source.",
        silent=True,
        codes=("REG606",),
        recognize="The artifact has a `ttl`, and it is linked to a registry or another collection.",
        check_with="regilink lint .",
        phases=("link", "log", "api"),
    ),
    Failure(
        "B16",
        "deleting or editing one end changes the other",
        "Description, metadata and tags of a link are those of its source and of all its links; deleting a link only "
        "unlinks. Without write access to the source, all but aliases is skipped with a warning.",
        "Edit the source with an account that may write there, and delete it only when no link needs it.",
        silent=True,
        recognize="The change shows, or is missing, on the other end of the link as well.",
        check_with="regilink verify TARGET",
    ),
    Failure(
        "B17",
        "migration or rate limit",
        "While a legacy registry is migrated, writes stop for up to an hour. Many requests at once may be "
        "answered with status 429.",
        "Wait and link again; the artifact is already logged.",
        silent=False,
        recognize="The same call works a while later, without any change.",
        check_with="regilink doctor TARGET",
    ),
)
