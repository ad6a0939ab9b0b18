"""The failure index: every known way in which a link to the registry, or a consumer of it, fails, as data.

Failure ids are stable (`A1`, `C5b`, `F3`): code, tests and documentation cite them.
"""

from __future__ import annotations

from typing import Literal

from regilink_doctor.core.records import record, replace
from regilink_doctor.core.rule_codes import ALSO_FOUND_BY

Phase = Literal["login", "init", "log", "link", "consume", "download", "registry", "delete", "sync", "sweep", "api"]
"""What the program was doing when the failure shows itself."""


@record
class Failure:
    """One way in which linking to the registry, or consuming from it, fails.

    `happens` is what the user sees and where the artifact really goes, `help` what to write or do,
    `recognize` how to tell that it is this failure and no other. `silent`: nothing is raised.
    `codes` are the rules and checks that catch it, likeliest first; empty where only `explain` and
    the failure index know it. `check_with`: the command that shows it, with the words TARGET,
    TEAM, TYPE and CMD to fill in; empty where no command can. `phases` are the only ones in which
    it shows itself, empty for any; with wandb `sdk_before` or later it cannot happen.
    """

    id: str
    title: str
    happens: str
    help: str
    silent: bool
    codes: tuple[str, ...] = ()
    recognize: str = ""
    check_with: str = ""
    phases: tuple[Phase, ...] = ()
    sdk_before: str | None = None

    def is_possible_in(self, phase: Phase | None) -> bool:
        """Whether the failure can show itself while the program does this; None: it is not known what it does."""
        return phase is None or not self.phases or phase in self.phases


# Part A: mistakes in the target path.
PATH: tuple[Failure, ...] = (
    Failure(
        "A1",
        "missing registry prefix",
        "The version is linked into an ordinary project of the run's entity, named as the "
        "registry was meant to be; W&B creates the project and the collection, and the registry never sees them.",
        "Write the prefix: `wandb-registry-model/my-collection`. If a link inside the project is what you want, "
        "suppress the finding on that line.",
        silent=True,
        codes=("REG101",),
        recognize="Nothing failed, and the name that the link returned, or the W&B App, shows a project without "
        "`wandb-registry-`.",
        check_with="regilink doctor TARGET",
        phases=("link",),
    ),
    Failure(
        "A2",
        "missing collection",
        "A path of one segment is the name of a collection in the run's own project "
        "(`Run.link_artifact`) or in `$WANDB_PROJECT` (`Artifact.link`), so a collection called "
        "`wandb-registry-model` appears there and the returned name looks right.",
        "Name the collection after the registry: `wandb-registry-model/my-collection`.",
        silent=True,
        codes=("REG102",),
        recognize="Nothing failed, and what the link returned ends in a collection that is called like the registry.",
        check_with="regilink doctor TARGET",
        phases=("link",),
    ),
    Failure(
        "A3",
        "a slash too many",
        "A name that contains `/` shifts every part of the path: the registry is read as the entity, and the "
        "server looks up an entity of that name. Four parts and more are refused as an invalid artifact path, "
        "after the upload.",
        "Write the prefix with both of its dashes, `wandb-registry-model/...`, not `wandb-registry/model/...`. "
        'Replace a slash inside the collection\'s name, for example `name.replace("/", "-")`: the path has at most an '
        "organization, a registry and a collection.",
        silent=False,
        codes=("REG103",),
        recognize="The path has three slashes, a slash follows `wandb-registry`, or the name after the registry has "
        "one (model ids such as `meta-llama/Llama-3` do).",
        check_with="regilink doctor TARGET",
        phases=("link", "consume", "api", "download"),
    ),
    Failure(
        "A4",
        "misspelled prefix",
        "The prefix is compared letter by letter. Capitals, underscores, spaces or a typo make it an ordinary "
        "project, and the link succeeds there silently.",
        "Write exactly `wandb-registry-`, in lower case and with hyphens.",
        silent=True,
        codes=("REG104",),
        recognize="The path's registry part is not `wandb-registry-`, letter by letter.",
        check_with="regilink doctor TARGET",
        phases=("link",),
    ),
    Failure(
        "A5",
        "empty collection name",
        "`Run.link_artifact` drops the empty part and links to a collection named after the registry in "
        "`$WANDB_PROJECT` or `uncategorized`; with an organization in front it links into a project of the "
        "organization's name. `Artifact.link` sends the empty name to the server.",
        "Make sure that the variable for the name is set, and stop the program when it is empty.",
        silent=True,
        codes=("REG105",),
        recognize="Print the path right before the link: it ends in a slash, or a part between two slashes is missing.",
        check_with="regilink doctor TARGET",
        phases=("link",),
    ),
    Failure(
        "A6",
        "empty registry name",
        "The bare prefix is not a registry. The version is linked into a project called `wandb-registry-` of the "
        "run's entity; an empty path becomes a project named as the entity and a collection named as the project.",
        "Make sure that the variable for the registry's name is set, and stop the program when it is empty.",
        silent=True,
        codes=("REG105",),
        recognize="Print the path right before the link: `wandb-registry-` is followed by a slash.",
        check_with="regilink doctor TARGET",
        phases=("link", "registry"),
    ),
    Failure(
        "A7",
        "unfilled placeholder",
        "Braces, angle and square brackets, `your-team` or `None` pass the SDK as ordinary names. The link "
        "goes to a registry or a project of that name, or fails at the server as one that does not exist; so does "
        "a run whose entity is one.",
        "Put the real names in: an `f` before the string, the value from your settings, and a check that an "
        "environment variable is set.",
        silent=False,
        codes=("REG106", "REG113"),
        recognize="Brackets, braces, `None` or `your-...` stand in the path that was sent, or in the entity that the "
        "server does not find.",
        check_with="regilink doctor TARGET",
    ),
    Failure(
        "A8",
        "version or alias in the target path",
        "The SDK sends everything after the last slash as the collection's name, colon included. What the server "
        "does with such a name is not published.",
        'Leave `:v3` and `:alias` out of the target path and give `aliases=["prod"]`; the server numbers the '
        "linked versions itself.",
        silent=False,
        codes=("REG107",),
        recognize="There is a colon in the target path.",
        check_with="regilink doctor TARGET",
        phases=("link",),
    ),
    Failure(
        "A9",
        "URL as target path",
        "The SDK cuts the string at its first colon, finds one segment and takes the whole URL for the name of a "
        "collection in the run's project.",
        "Write the path that the URL means, `wandb-registry-model/my-collection`; `regilink explain URL` converts it.",
        silent=True,
        codes=("REG108",),
        recognize="The path begins with a scheme or with the W&B App's host.",
        check_with="regilink explain TARGET",
        phases=("link",),
    ),
    Failure(
        "A10",
        "wrong spelling of the registry's name",
        "The W&B App's titles are not path names: `Models` is `wandb-registry-model`. Custom registries keep their "
        "exact name with spaces and capitals, and another spelling is a registry that does not exist.",
        "Copy the name from the registry's settings or from its full name, without replacing or encoding anything.",
        silent=False,
        codes=("REG110", "REG302"),
        recognize="Another spelling of the same registry works: `model` for `Models`, another case, other hyphens.",
        check_with="regilink doctor TARGET",
    ),
    Failure(
        "A11",
        "doubled prefix",
        "The prefix is there twice, because a variable already holds it or because `api.registry()` adds it. The "
        "result is a registry that does not exist.",
        "Give `api.registry()` and your own templates the bare name, and write the prefix in a path once.",
        silent=False,
        codes=("REG109",),
        recognize="The error's text or the path holds `wandb-registry-wandb-registry-`.",
        check_with="regilink doctor TARGET",
        phases=("link", "registry", "consume", "api"),
    ),
    Failure(
        "A12",
        "team or user where the organization belongs",
        "The first part of a registry path is compared with the organization's two names only. With a team "
        "there the SDK says that it finds no organization for the team, which hides that the path is wrong.",
        "Leave the first part out (`wandb-registry-model/my-collection`), or put the organization's name there.",
        silent=False,
        codes=("REG202",),
        recognize="The path has three parts, and the first one is a team or a user. The error names the artifact's "
        "entity, not that part.",
        check_with="regilink doctor TARGET --entity TEAM",
        phases=("link", "consume", "api", "registry", "download"),
    ),
    Failure(
        "A13",
        "display name and entity name of the organization mixed up",
        "Paths accept both names, exactly as they are spelled. `api.registry()`, `api.registries()` and "
        "`api.organization()` accept the display name only, and say that the organization is not found.",
        "Give those calls the display name as the W&B App shows it; `regilink doctor` prints both names.",
        silent=False,
        codes=("REG303",),
        recognize="The name in the path or call differs from both names of the organization, or is its entity where "
        "the display name belongs.",
        check_with="regilink doctor TARGET --entity TEAM",
        phases=("link", "registry", "consume", "api"),
    ),
    Failure(
        "A14",
        "legacy model registry",
        "`link_model` and paths with `model-registry` go to the team's old model registry, which the rest of the "
        "organization does not see. Once the organization has been migrated, the server refuses every change.",
        "Use `run.link_artifact` with `wandb-registry-<name>/<collection>`; a migrated registry is called "
        "`<team>-mr-migrated`.",
        silent=False,
        codes=("REG112", "REG209"),
        recognize="The call is `link_model` or `use_model`, or `model-registry` is in the path.",
        check_with="regilink doctor TARGET --entity TEAM",
        phases=("link", "consume", "api", "download", "log"),
    ),
    Failure(
        "A15",
        "environment variables that choose the organization, entity or project",
        "`WANDB_ORGANIZATION` replaces a missing organization in the path, so a team there gives the errors "
        "of a wrong path while the code is right. Empty, it counts as unset for links and as a name elsewhere.",
        "Unset `WANDB_ORGANIZATION`, or set it to the organization's name; put the team into `WANDB_ENTITY`.",
        silent=False,
        codes=("REG703",),
        recognize="The path has no organization, yet the error names one: `echo $WANDB_ORGANIZATION` shows where "
        "it is from.",
        check_with="regilink doctor TARGET",
        phases=("link", "consume", "api", "registry", "download"),
    ),
    Failure(
        "A16",
        "two calls that read the same path differently",
        "For a path without a registry, `Run.link_artifact` fills in the run's entity and project, `Artifact.link` "
        "the source's entity and `$WANDB_PROJECT` or `uncategorized`. The same path leads to two places.",
        "Write the whole path, or use the same call everywhere.",
        silent=True,
        recognize="The same path went to two projects, one by `run.link_artifact`, one by `artifact.link`.",
        check_with="regilink doctor TARGET",
    ),
    Failure(
        "A17",
        "leading, trailing or doubled slash, or a colon in its place",
        "An empty part moves the others or is dropped, depending on the call: with a doubled slash the "
        "registry is read as the entity; with a slash at the end `Artifact.link` does so too, while "
        "`Run.link_artifact` works by accident. A colon in place of a slash makes one name of all that is after it.",
        "Remove the slash and the spaces around the parts, and write a slash between them.",
        silent=False,
        codes=("REG111", "REG114"),
        recognize="The path begins or ends with a slash, has two in a row, a space beside one, or a colon before "
        "the registry or the collection.",
        check_with="regilink doctor TARGET",
        phases=("link",),
    ),
    Failure(
        "A18",
        "call that does not exist",
        "Python refuses `wandb.link_artifact`, `alias=`, `Artifact(target_path=...)`, a string in place of an "
        "artifact, and a `Path`, a list or a number in place of a string; the command line knows no `wandb artifact "
        "link`.",
        "Write `run.link_artifact(artifact, target_path=..., aliases=[...])`.",
        silent=False,
        codes=("REG607",),
        recognize="It is Python or the command line that complains, before anything is sent.",
        check_with="regilink lint .",
    ),
)


# Part B: what the server refuses, or takes in another way than meant.
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
        "Name the team in `wandb.init(entity=...)`, for a sweep when you create it, and check `run.entity` "
        "before you train.",
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
        "The registry has a list of types and the server refuses others; its wording is undocumented. The model and "
        "dataset registries start with one type each, and an artifact logged without a type is `unspecified`.",
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
        "Link to a collection of the artifact's type, or to a new one. Where the error names the source artifact, "
        "give the artifact another name.",
        silent=False,
        codes=("REG402",),
        recognize="The registry accepts the type, but the page of the collection, or of the source artifact, shows "
        "another one.",
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
        "Adding or removing a protected alias needs the role admin. Which part of a link the server refuses "
        "is not published; between 0.19.11 and 0.27.0 the SDK blames permissions for every error of the call.",
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
        "aliases of `log_artifact` stay with the source. A change of `artifact.aliases` is sent by `save()` alone.",
        'Give `link_artifact` a plain word: `aliases=["production"]`, without a version and without `latest`. Call '
        "`artifact.save()` after a change of `artifact.aliases`.",
        silent=False,
        codes=("REG501", "REG502", "REG504", "REG503", "REG515"),
        recognize="The error names the aliases, or the link works without them.",
        check_with="regilink lint .",
        phases=("link", "log", "api"),
    ),
    Failure(
        "B12",
        "the source's version number in a registry name",
        "The registry counts versions for each collection, from `v0`. The source's number fetches another model, "
        "or none, without an error; so does the registry's number in the source's project.",
        "Keep what the link returns and use `linked.version` or `linked.qualified_name`; in the source's project, "
        "`source_qualified_name`.",
        silent=True,
        codes=("REG505",),
        recognize="The fetched artifact's `source_version` is not the version that you meant.",
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
        "unlinks. Without write access to the source, everything but the aliases is skipped with a warning.",
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


# Part C: the run, the mode it is in, and when the link is made.
SDK: tuple[Failure, ...] = (
    Failure(
        "C1",
        "link in an offline run",
        "`run.link_artifact` raises NotImplementedError without a message, before it looks at the path.",
        "Guard the link with `if not run.offline:`, sync the run with `wandb sync`, then link the logged version "
        "through `wandb.Api().artifact(...).link(...)`.",
        silent=False,
        codes=("REG601",),
        recognize="`run.offline` is true: by `mode=`, `WANDB_MODE`, or `wandb offline` in this folder.",
        check_with="regilink doctor TARGET",
        phases=("link",),
    ),
    Failure(
        "C2",
        "`Artifact.link` while offline",
        "The call needs the logged artifact, which does not exist offline, and says that `Artifact.wait` was "
        "called too early.",
        "Link after `wandb sync`, from an online process.",
        silent=False,
        codes=("REG601",),
        recognize="The run is offline (see C1), and the call is `artifact.link(...)`.",
        check_with="regilink doctor TARGET",
        phases=("link",),
    ),
    Failure(
        "C3",
        "artifact used while offline",
        "`run.use_artifact` and `run.use_model` refuse to work in offline mode.",
        "Download the version beforehand with `wandb artifact get`, and read it from disk when offline.",
        silent=False,
        codes=("REG601",),
        recognize="The run is offline (see C1), and the call reads an artifact.",
        check_with="regilink doctor",
        phases=("consume", "download"),
    ),
    Failure(
        "C4",
        "`link_model` while offline",
        "The call goes to the network first and fails for lack of credentials, before it could say that the "
        "run is offline.",
        "Link later, from an online process, with `link_artifact`.",
        silent=False,
        codes=("REG601",),
        recognize="The run is offline (see C1), and the call is `run.link_model(...)`.",
        check_with="regilink doctor",
    ),
    Failure(
        "C5",
        "link in disabled mode",
        "`run.link_artifact` returns None for every path, right or wrong. A test that runs in this mode proves "
        "nothing about the link.",
        "Test against the emulator: the `regilink` fixture, or `regilink dry-run -- CMD`.",
        silent=True,
        codes=("REG602",),
        recognize='The link returned None: `wandb.init(mode="disabled")`, `WANDB_MODE=disabled`, or `wandb disabled`.',
        check_with="regilink dry-run -- CMD",
    ),
    Failure(
        "C5b",
        "`Artifact.link` beside a disabled run",
        'With `wandb.init(mode="disabled")` there is no active run, so the artifact starts a real one and is linked '
        "for real. With `WANDB_MODE=disabled` in the environment it fails as in offline mode.",
        "Use `run.link_artifact`, which is off in disabled mode, or test against the emulator.",
        silent=True,
        codes=("REG602", "REG206"),
        recognize="A run that you did not start appears in the default entity, although wandb is disabled.",
        check_with="regilink dry-run -- CMD",
    ),
    Failure(
        "C6",
        "source project that the caller may not see",
        "When a version is linked from one registry to another, the source's entity is hidden from users "
        "outside its team. The SDK then says that an entity name is required.",
        "Let a member of the source's team make the link, or give the account access to that project.",
        silent=False,
        codes=("REG806",),
        recognize="`artifact.source_entity` is empty.",
        check_with="regilink doctor TARGET",
        phases=("link",),
    ),
    Failure(
        "C7",
        "link of a link",
        "The SDK warns and links the source. The new link does not depend on the one it was made from.",
        "Nothing needs to change; to avoid the warning, link the source.",
        silent=True,
        recognize="The artifact that was linked came from `wandb.Api()` under a registry's name.",
    ),
    Failure(
        "C8",
        "link after the run has ended",
        "Outside the `with` block or after `finish()` the call raises UsageError, although its text says that it "
        "is ignored.",
        "Move the link into the `with wandb.init(...)` block, before `run.finish()`.",
        silent=False,
        codes=("REG603",),
        recognize="The line of the link is after the `with wandb.init(...)` block or after `finish()`.",
        check_with="regilink lint .",
    ),
    Failure(
        "C9",
        "link before the upload has ended",
        "Current SDKs wait. Older SDKs, and code that calls W&B's GraphQL API directly, get the answer that "
        "the artifact or its client id is not known yet.",
        "Call `artifact.wait()` first, or use `run.link_artifact`.",
        silent=False,
        recognize="Your code calls W&B's GraphQL API directly, or wandb is older than 0.21.",
        check_with="regilink doctor",
    ),
    Failure(
        "C10",
        "upload that failed",
        "`wait()`, and with it the link, raises the upload's own error, or a time-out.",
        "Read the message for the cause, which is in storage or network, and log the artifact again.",
        silent=False,
        recognize="`artifact.wait()` fails in the same way, without any link.",
        check_with="regilink doctor",
    ),
    Failure(
        "C11",
        "property read before the artifact is logged",
        "Version, aliases and the like raise an AttributeError on a draft, so `hasattr` and `getattr` with a default "
        "swallow it.",
        "Call `artifact.wait()` after logging, then read the property.",
        silent=False,
        codes=("REG610",),
        recognize="The line reads a property of an artifact that has not been logged and waited for.",
        check_with="regilink lint .",
    ),
    Failure(
        "C12",
        "`Artifact.link` without a run",
        "An artifact that is not logged starts a run of its own, in the account's default entity, which may be "
        "personal. The link is then refused as in B1, or the source is in a project that you did not choose.",
        "Log the artifact in `with wandb.init(entity=..., project=...) as run:` and call `run.link_artifact` there.",
        silent=True,
        codes=("REG206",),
        recognize="A run of the job type `auto` appears in the default entity, which the code never started.",
        check_with="regilink lint .",
    ),
    Failure(
        "C13",
        "link errors caught and dropped",
        "A broad `except` around the link hides every other failure of this index; training ends well and "
        "nothing is published.",
        "Let the error out, or log it and make the job fail.",
        silent=True,
        codes=("REG604",),
        recognize="Nothing failed, nothing was linked, and an `except` is around the call.",
        check_with="regilink lint .",
    ),
    Failure(
        "C14",
        "link on every process of a distributed job",
        "Each rank logs and links its own version, and the aliases go to whichever comes last. What the server makes "
        "of such races has not been verified.",
        "Link on rank 0 alone.",
        silent=True,
        codes=("REG605",),
        recognize="There are as many new versions as processes.",
        check_with="regilink dry-run -- CMD",
    ),
    Failure(
        "C15",
        "draft of another user's artifact",
        "A new draft keeps the entity and project of its source, and logging it elsewhere is refused.",
        "Create a new `wandb.Artifact` with the downloaded files and log that.",
        silent=False,
        codes=("REG614",),
        recognize="The artifact was made by `new_draft()`, or was fetched before it was logged.",
        check_with="regilink doctor",
    ),
    Failure(
        "C16",
        "link from a forked process",
        "The call attaches to the parent's run, and fails when it cannot or is already doing so.",
        "Link in the process that called `wandb.init`.",
        silent=False,
        recognize="The call runs in another process than `wandb.init`: a worker, a fork, a pool.",
        check_with="regilink dry-run -- CMD",
    ),
    Failure(
        "C17",
        "artifact name that is not allowed",
        "`wandb.Artifact` takes letters, digits, hyphens, underscores and dots. Spaces and slashes, which "
        "model ids of other sites have, are refused, while registries and collections may have spaces.",
        'Replace what is not allowed, for example `re.sub(r"[^\\w.-]", "-", name, flags=re.ASCII)`.',
        silent=False,
        codes=("REG405",),
        recognize="The error comes from `wandb.Artifact(...)` itself and repeats the name.",
        check_with="regilink lint .",
    ),
    Failure(
        "C18",
        "no credentials, or wrong ones",
        "Without a key, with a key of another host or a key that was revoked, the first call fails; some "
        "calls say only that the user cannot be read.",
        "Run `wandb login --relogin`, with `--host` for a server of your own, or set `WANDB_API_KEY`.",
        silent=False,
        codes=("REG803", "REG802"),
        recognize="`wandb login --verify` fails in the same way; with a server of your own, the key must be from that "
        "server.",
        check_with="regilink doctor",
    ),
    Failure(
        "C19",
        "wrong host, or one that cannot be reached",
        "Without `WANDB_BASE_URL` the program asks the public cloud, where your organization is not found though "
        "every name is right. A proxy, a certificate or a time-out can look like a missing feature.",
        "Set `WANDB_BASE_URL` where the program runs, CI included; `regilink doctor` says which step fails.",
        silent=False,
        codes=("REG801", "REG804"),
        recognize="The host in the message or in `WANDB_BASE_URL` is not the one that you use in the browser, or the "
        "browser cannot reach it either.",
        check_with="regilink doctor",
    ),
    Failure(
        "C20",
        "personal entity on a server with one organization",
        "All users belong to the one organization, so the SDK finds it for a personal entity too and only the "
        "server refuses the link.",
        "Log under a team, as for B1.",
        silent=False,
        codes=("REG203",),
        recognize="The source belongs to a user (see B1), and the server is your own, with a single organization.",
        check_with="regilink doctor TARGET --entity TEAM",
        phases=("link",),
    ),
)


# Part D: reading from the registry, and managing it.
CONSUMING: tuple[Failure, ...] = (
    Failure(
        "D1",
        "registry or organization not found when reading",
        "The SDK says that the project is not found under the entity. It says so too when you have no access.",
        "Check the registry's and the organization's name, then your membership in the registry.",
        silent=False,
        codes=("REG301",),
        recognize="`api.registries()` does not list the registry for this key, or the path names another organization.",
        check_with="regilink verify TARGET",
        phases=("consume", "download", "api", "registry"),
    ),
    Failure(
        "D2",
        "collection, alias or version not found",
        "W&B has one message for all three, that the artifact membership is not found, and it does not say "
        "which part is wrong.",
        "List the collection's versions and aliases, and take a name from there; the first version is `v0`.",
        silent=False,
        codes=("REG305",),
        recognize="The registry opens in the W&B App; the collection, the alias or the version is not in it.",
        check_with="regilink verify TARGET",
        phases=("consume", "download", "api"),
    ),
    Failure(
        "D3",
        "nothing pinned when reading",
        "Without a version or alias the server answers with the latest link, which moves; for some calls the "
        "default has not been verified.",
        "Say which: `wandb-registry-model/my-collection:production` or `:v3`.",
        silent=True,
        codes=("REG506", "REG514"),
        recognize="The name ends with the collection, without `:`.",
        check_with="regilink lint .",
        phases=("consume",),
    ),
    Failure(
        "D4",
        "`wandb.Api()` with another entity than the run",
        "A link finds the organization through the source's entity, a fetch through the settings or the account's "
        "default entity. So the link works and the fetch says that a personal entity has several organizations.",
        'Write `wandb.Api(overrides={"entity": "your-team"})` with the team\'s name, or put the organization before '
        "the path.",
        silent=False,
        codes=("REG208",),
        recognize="The link works, the fetch of the same name does not, and `wandb.Api()` has no `overrides`.",
        check_with="regilink doctor --entity TEAM",
        phases=("consume", "api", "registry", "download"),
    ),
    Failure(
        "D5",
        "alias with a slash when reading",
        "The SDK counts the slashes of the whole name, so one in the alias makes it take the first part for "
        "the organization.",
        "Read by version, and rename the alias without the slash.",
        silent=False,
        codes=("REG501",),
        recognize="There is a slash after the colon.",
        check_with="regilink lint .",
    ),
    Failure(
        "D6",
        "type that does not match when reading",
        "With `type=` given, the SDK compares it with the artifact's type and refuses.",
        "Leave `type=` out, or give the artifact's own type.",
        silent=False,
        codes=("REG406",),
        recognize="`type=` is given to the call that fails.",
        check_with="regilink verify TARGET --type TYPE",
    ),
    Failure(
        "D7",
        "role or seat that does not include reading",
        "A restricted viewer and a view-only seat get permission errors from `use_artifact` and downloads, and so "
        "does a path into a foreign organization.",
        "Ask for the role viewer or higher in that registry, and a seat that may download.",
        silent=False,
        codes=("REG304",),
        recognize="Your role in the registry is restricted viewer, your seat is view-only, or the path names another "
        "organization.",
        check_with="regilink doctor TARGET",
        phases=("consume", "download", "api"),
    ),
    Failure(
        "D8",
        "wandb too old to download from a registry",
        "Clients of 2024 fail to download what a registry links to, although they find it.",
        "Require `wandb>=0.21.4`.",
        silent=False,
        codes=("REG701",),
        recognize="`wandb --version` is below 0.19.",
        check_with="regilink doctor",
        phases=("consume", "download", "api"),
        sdk_before="0.19.2",
    ),
    Failure(
        "D9",
        "`wandb artifact get` without a reason",
        "The command turns each of its errors into one sentence, and the cause is lost.",
        "Fetch the same name with `wandb.Api().artifact(...)` and read that error.",
        silent=False,
        recognize="The command was `wandb artifact get`.",
        check_with="regilink verify TARGET",
    ),
    Failure(
        "D10",
        "two downloads in one folder",
        "The default folder is named after the source, so two registry names of one source share it.",
        "Give `download(root=...)` a folder of your own.",
        silent=True,
        recognize="Two downloads of different registry names returned the same folder.",
    ),
    Failure(
        "D11",
        "source that is hidden",
        "`logged_by()`, `used_by()` and the source's names are None or empty when the source is in a team that "
        "you do not belong to.",
        "Test for None, or ask for access to the source's project.",
        silent=True,
        recognize="The caller is not a member of the team that logged the source.",
        check_with="regilink doctor TARGET",
    ),
    Failure(
        "D12",
        "URI in place of a full name",
        "`wandb-artifact://` and `registry://` belong to other tools; the artifact calls of the SDK take neither.",
        "Write `wandb-registry-model/my-collection:v3`, without a scheme and with the prefix.",
        silent=False,
        codes=("REG509",),
        recognize="The name begins with `wandb-artifact://` or `registry://`.",
        check_with="regilink explain TARGET",
    ),
    Failure(
        "D13",
        "filter that never matches",
        "The SDK adds the prefix to the names in a filter, but not to regular expressions: `^model` never matches. "
        "Under `$contains` the prefix makes the middle of a name unfindable, and older versions take unknown fields "
        "silently.",
        'Write the prefix into the expression: `{"name": {"$regex": "^wandb-registry-model"}}`.',
        silent=True,
        codes=("REG508",),
        recognize="Without the filter the registry is listed.",
        check_with="regilink lint .",
    ),
    Failure(
        "D14",
        "generator printed instead of its names",
        "`print(t.name for t in ...)` shows a generator object. The snippet comes from W&B's own documentation.",
        "Write `print([t.name for t in ...])`.",
        silent=True,
        recognize="The output reads `<generator object ...>`.",
    ),
    Failure(
        "D15",
        "several organizations, or none, for the entity",
        "`api.registry()` and `api.registries()` without an organization ask the entity for it and refuse to choose.",
        'Give `organization="..."` with the display name.',
        silent=False,
        codes=("REG303",),
        recognize="The call is `api.registry(...)` or `api.registries(...)`, without `organization=`.",
        check_with="regilink doctor",
    ),
    Failure(
        "D16",
        "existence test that hides errors",
        "`artifact_exists()` answers False for a missing artifact, a missing right and a wrong key alike.",
        "Fetch the artifact and tell the errors apart, or use `regilink verify`.",
        silent=True,
        codes=("REG511", "REG512"),
        recognize="Fetching the same name raises, and the error is not that it is missing.",
        check_with="regilink verify TARGET",
    ),
    Failure(
        "D17",
        "source path where the registry's belongs",
        "Lineage and access then go through the team's project, and the code stops working for other teams.",
        "Read by the registry's name, `wandb-registry-model/my-collection:alias`.",
        silent=True,
        codes=("REG510",),
        recognize="The name that is read has no `wandb-registry-` in it, and readers of other teams fail.",
        check_with="regilink verify TARGET",
    ),
    Failure(
        "D18",
        "registry that cannot be created",
        "The name is taken, or the visibility is neither `organization` nor `restricted`; for other causes "
        "W&B has one general message.",
        'Write `api.create_registry(name=..., visibility="restricted")`, and load the registry first to see whether '
        "it is there.",
        silent=False,
        codes=("REG310",),
        recognize="The call is `api.create_registry(...)`.",
        check_with="regilink doctor TARGET",
    ),
)


# Part E: around the link.
TESTING: tuple[Failure, ...] = (
    Failure(
        "E1",
        "test that patches `requests`",
        "From wandb 0.27.1 on GraphQL leaves from another process. The patch sees no call, and the real server "
        "answers the test.",
        "Test against the emulator, which every version of wandb reaches over loopback.",
        silent=True,
        codes=("REG702", "REG705"),
        recognize="The test runs with wandb 0.27.1 or newer, and the mock was never called.",
        check_with="pytest --regilink-check",
    ),
    Failure(
        "E2",
        "API key in a committed file",
        "The key leaks, and what a colleague links with this code is linked by the owner of the key.",
        "Revoke the key, and take it from `wandb login` or from the environment.",
        silent=True,
        codes=("REG704",),
        recognize="Forty or more letters and digits are beside `WANDB_API_KEY`, `login(key=` or `api_key=`.",
        check_with="regilink lint .",
    ),
    Failure(
        "E3",
        "organization that has changed",
        "A registry was renamed, its list of types changed or the team moved, and yesterday's path fails as B3 or B4.",
        "Run `regilink catalog diff` and bring the code and the catalog up to date.",
        silent=False,
        codes=("REG808",),
        recognize="It worked before, and nothing in the code has changed.",
        check_with="regilink catalog diff",
    ),
    Failure(
        "E4",
        "link that fails although everything looks right",
        "Seats, quotas and policies cannot be read beforehand, so only a link of its own proves the rest.",
        "Run `regilink doctor --write-probe`.",
        silent=False,
        codes=("REG809",),
        recognize="`regilink doctor TARGET` is all green, and the link fails.",
        check_with="regilink doctor TARGET --write-probe",
    ),
)


# Part F: accounts, servers, disks and SDK builds. Found in public reports; F10 is a case of B8 and has no entry.
OPERATION: tuple[Failure, ...] = (
    Failure(
        "F1",
        "run that W&B does not let this account start",
        "W&B refuses the run itself (`upsertBucket`): the account has no right to create runs in that entity or "
        "project. No registry is involved yet.",
        "Name a team that you belong to in `wandb.init(entity=...)`, or ask an admin of the team for the role member.",
        silent=False,
        codes=("REG207",),
        phases=("init", "sync"),
        recognize="The last line of your own code in the traceback is `wandb.init`, or the GraphQL path is "
        "`upsertBucket`.",
        check_with="regilink doctor --entity TEAM",
    ),
    Failure(
        "F2",
        "W&B that is slow, or fails itself",
        "W&B answers with a status of 500 or higher, or not in time. What the code says about the registry is not the "
        "cause.",
        "Look at status.wandb.com and try again. For a slow network give more time: "
        "`wandb.Settings(init_timeout=300)`, `wandb.Api(timeout=60)`, `WANDB_HTTP_TIMEOUT`.",
        silent=False,
        recognize="The same call works later, without any change, or fails for all users at the same time.",
        check_with="regilink doctor",
    ),
    Failure(
        "F3",
        "API key that this version of wandb does not accept",
        "Today's API keys have 86 characters. wandb before 0.22.3 accepts 40 alone, and refuses the new ones in "
        "`wandb.login(key=...)` and `wandb login`. The key is right.",
        "Upgrade to `wandb>=0.22.3`. Until then set `WANDB_API_KEY` (wandb 0.18 and later) and do not call login.",
        codes=("REG701",),
        silent=False,
        phases=("login", "init"),
        sdk_before="0.22.3",
        recognize="The key has more than 40 characters, and `wandb --version` is below 0.22.3.",
        check_with="regilink doctor",
    ),
    Failure(
        "F4",
        "no active run where the code links",
        "Training libraries (Ultralytics, Lightning, transformers) finish the run in their callbacks, and processes "
        "other than the first have none. `wandb.run` is then None, or finished.",
        'Link in a run of your own: `wandb.init(id=..., resume="must", entity=..., project=...)`, or link the logged '
        'version with `wandb.Api().artifact("team/project/name:v0").link(...)`.',
        codes=("REG603", "REG605"),
        silent=False,
        phases=("link", "log", "consume", "download"),
        recognize="A library trained between `wandb.init` and the link, or the line runs in a worker process.",
        check_with="regilink dry-run -- CMD",
    ),
    Failure(
        "F5",
        "run of the public API used like an active run",
        "What `wandb.Api().run(...)` returns reads a run. It has no `link_artifact`, and its `log_artifact` accepts "
        "only versions that exist already.",
        'Link the logged version: `wandb.Api().artifact("team/project/name:v0").link("wandb-registry-model/zoo")`; '
        'to log a new one, resume the run with `wandb.init(id=..., resume="must")`.',
        codes=("REG607",),
        silent=False,
        recognize="The run comes from `wandb.Api()` and not from `wandb.init`.",
        check_with="regilink lint .",
    ),
    Failure(
        "F6",
        "files of a version that the reader cannot get",
        "The registry shows the version, but its files are in a bucket. A reference made with `checksum=False`, a "
        "deleted or overwritten object, and missing rights on the bucket fail at the download.",
        "Give the reader rights on the bucket, and add references with checksums. Where an object has changed, log "
        "the files again and link that version.",
        codes=("REG611", "REG513"),
        silent=False,
        phases=("download", "consume", "log"),
        recognize="`use_artifact` works, `download()` fails, and the message names a bucket, an object or a digest.",
        check_with="regilink verify TARGET",
    ),
    Failure(
        "F7",
        "local disk or folder that wandb cannot write to",
        "wandb copies the files of an artifact to a staging folder before the upload, and into a cache after a "
        "download. A full disk, a quota or a read-only home stops it.",
        "Set `WANDB_DATA_DIR`, `WANDB_CACHE_DIR`, `WANDB_ARTIFACT_DIR` and `WANDB_DIR` to a folder with room; "
        "`wandb artifact cache cleanup 10GB` frees the cache.",
        silent=False,
        recognize="The message names a local folder, `.local/share/wandb`, `.cache/wandb` or a full disk.",
    ),
    Failure(
        "F8",
        "version that a link needs was deleted, or cannot be",
        "A registry shows the source version: when a clean-up deletes it, the link shows nothing. W&B refuses"
        " to delete a version that others depend on.",
        "Unlink first, then delete. Let a clean-up skip what is linked: the aliases of a project do not show it.",
        codes=("REG612",),
        silent=False,
        phases=("delete", "consume", "download"),
        recognize="The version was there before, and a script or a time to live removes old versions of the project.",
        check_with="regilink verify TARGET",
    ),
    Failure(
        "F9",
        "one broken release of wandb",
        "wandb 0.23.1 makes the same client id twice after `random.seed()`, and W&B refuses it.",
        "Upgrade to `wandb>=0.24.0`.",
        codes=("REG701",),
        silent=False,
        recognize="`wandb --version` is 0.23.1, and the program calls `random.seed()`.",
        check_with="regilink doctor",
    ),
    Failure(
        "F11",
        "API key on a command line",
        "`wandb login KEY` in a script, a workflow or a notebook leaves the key in the file, in the history and in the "
        "list of processes.",
        "Revoke the key. Set `WANDB_API_KEY` from a secret, and run `wandb login` without arguments.",
        codes=("REG704",),
        silent=True,
        recognize="`wandb login` is followed by a key.",
        check_with="regilink lint .",
    ),
    Failure(
        "F12",
        "full name that names no version of a registry",
        "A name of one segment (`wandb-registry-model:latest`) is an artifact of the run's own project, two colons and "
        "four parts are invalid, and the command line has no `wandb artifact list`.",
        "Write `wandb-registry-model/my-collection:production`: registry, collection, one alias or version.",
        codes=("REG102", "REG501", "REG607"),
        silent=False,
        phases=("consume", "download", "api"),
        recognize="The name has no slash, a second colon, more than three parts, or a quote at its end.",
        check_with="regilink explain TARGET",
    ),
    Failure(
        "F13",
        "offline run that cannot be synced",
        "`wandb sync` needs the staged files of the machine that trained, and a run id that was not deleted. What is "
        "missing is skipped: the artifact is never committed, so nothing can be linked.",
        "Sync where it trained, or copy the folder of `WANDB_DATA_DIR` too. For a deleted run id sync with `--id "
        "NEW_ID`; else log the artifact again.",
        silent=False,
        phases=("sync", "log"),
        recognize="The command is `wandb sync`, the last frames are its code, or the log names `offline-run-...` or a "
        "staging folder of another machine.",
    ),
    Failure(
        "F14",
        "wandb's own process that does not start, or ended",
        "wandb works through a second process, `wandb-core`. When it cannot start, is killed (memory, job scheduler) "
        "or was forked away, every later call fails.",
        "Read `wandb/latest-run/logs/debug-core.log`. Call `wandb.init` after the fork, keep the process alive until "
        "`run.finish()`, and give the job more memory or `WANDB__SERVICE_WAIT=300`.",
        silent=False,
        recognize="The message names the service, a port file, a mailbox, a thread such as MsgRouterThr or a broken "
        "pipe, and no answer of a server; or `debug.log` ends while the backend starts.",
        check_with="regilink dry-run -- CMD",
    ),
    Failure(
        "F15",
        "wandb that is not installed as the code expects",
        "The import finds no wandb, a folder or file of that name in your project, or a package that does not fit "
        "(protobuf, pydantic, numpy, boto3, google-cloud-storage).",
        "Run `pip install -U wandb` in the environment of the program, rename your own `wandb.py` or `wandb/`, and "
        "install the extra for references: `wandb[aws]`, `wandb[gcp]`, `wandb[azure]`.",
        silent=False,
        recognize="The error is an ImportError, a ModuleNotFoundError, or says that the module wandb lacks a basic "
        "function.",
        check_with="regilink doctor",
    ),
    Failure(
        "F16",
        "sweep, launch job or agent that cannot start",
        "The sweep, the queue, the job artifact or the agent is not found for this account, so no run begins and "
        "nothing is linked.",
        "Give entity and project in full: `wandb agent team/project/SWEEP_ID`, `wandb launch --entity team --project "
        "project --job team/project/job:latest`.",
        silent=False,
        recognize="The command is `wandb sweep`, `wandb agent`, `wandb launch` or `wandb launch-agent`.",
        check_with="regilink doctor --entity TEAM",
    ),
    Failure(
        "F17",
        "self-managed server with a wrong setup",
        "The server answers, but its address, bucket, license or proxy does not: uploads end with status 403, 405 or "
        "413, and pages of other programs come back.",
        "Ask the server's administrator for the frontend host, the bucket's address and rights, the license, and the "
        "body size of the proxy; `wandb verify` checks each.",
        silent=False,
        recognize="The host is not `api.wandb.ai`, and other users of the server see the same.",
        check_with="regilink doctor",
    ),
    Failure(
        "F18",
        "artifact that wandb refuses to build",
        "`wandb.Artifact` raises before anything is uploaded: a path is not a file, a name is used twice, the artifact "
        "is logged already, or there is too much metadata.",
        "Correct the call that the traceback names; to change a logged artifact use `artifact.new_draft()`.",
        codes=("REG613",),
        silent=False,
        phases=("log", "link"),
        recognize="The last frame is `add_file`, `add_dir`, `add_reference`, `new_file` or `wandb.Artifact(...)`.",
    ),
    Failure(
        "F19",
        "run id that cannot be used again",
        "The run was deleted, is still active elsewhere, or is resumed where it does not exist. W&B refuses "
        "`wandb.init`, so nothing is logged or linked.",
        'Leave `id=` out for a new run, or use `resume="allow"`.',
        silent=False,
        phases=("init", "log", "sync"),
        recognize="`wandb.init` has `id=`, `resume=` or `WANDB_RUN_ID`.",
    ),
    Failure(
        "F20",
        "name or setting that `wandb.init` does not accept",
        "`wandb.init` refuses the run: the project's name has a slash or another character that it must not have, or "
        "more than 128; a setting is unknown to this version of wandb; the config is too large. No registry is "
        "involved yet.",
        "Give `wandb.init(project=...)` or `WANDB_PROJECT` a plain name; a folder for wandb's files belongs "
        "in `dir=`. Some training libraries pass their output folder as the project. Remove the setting that "
        "the message names, also from `~/.config/wandb/settings`.",
        codes=("REG210",),
        silent=False,
        phases=("init", "login"),
        recognize="The message names a project whose name is a path or has a special character, or a setting.",
        check_with="regilink doctor",
    ),
    Failure(
        "F21",
        "error inside wandb itself",
        "wandb's own code breaks: a bug of this version, or a package beside it (protobuf, pydantic, ipykernel, click) "
        "that it does not fit. The arguments of your call are not the cause.",
        "Upgrade with `pip install -U wandb`; where that changes nothing, search the error's last line in the issues "
        "of wandb/wandb, and report it with the traceback.",
        silent=False,
        recognize="The last frames are files of wandb, its command line, hooks or threads, and Python itself raised "
        "the error (KeyError, AssertionError, AttributeError of an object of wandb) or crashed there.",
        check_with="regilink doctor",
    ),
    Failure(
        "F22",
        "argument that a call of wandb does not accept",
        "wandb or Python refuses the call before anything is sent: the argument has another type or value, its name is "
        "misspelled, or it exists in another version only.",
        "Correct the call that the traceback names, after the reference of the installed version: "
        "`python -c 'import wandb; help(wandb.Run.log_artifact)'`.",
        silent=False,
        recognize="It is a ValueError, a TypeError or a UsageError that names an argument, and no answer of a server.",
    ),
    Failure(
        "F23",
        "sweep configuration that W&B refuses",
        "The sweep's file or dictionary lacks `method`, `parameters` or the metric, or a parameter has neither "
        "`value`, `values` nor bounds. No run begins, so nothing is linked.",
        "Correct the configuration that the message names. The metric must be one that the program logs, with exactly "
        "that name.",
        silent=False,
        recognize="The command is `wandb sweep` or `wandb agent`, the call `wandb.sweep`, and the message names the "
        "configuration, a parameter or the metric.",
    ),
    Failure(
        "F24",
        "error of your own program that wandb only reports",
        "A sweep, an agent or a launch job ran your function or command, and that raised the error. W&B shows its last "
        "line and goes on, or stops after some failed runs.",
        "Run the command or the function once without the agent and read its whole traceback; it is also in the run's "
        "log (`wandb/run-.../files/output.log`).",
        silent=False,
        recognize="The line reads `Run ... errored:`, or says how many runs failed.",
        check_with="regilink dry-run -- CMD",
    ),
    Failure(
        "F25",
        "logged data that W&B leaves out",
        "The program goes on, but W&B drops a part of what it logs: a step lower than the last one, a value or table "
        "that is too large, a chunk of the log that the server refuses, a path under which there is nothing. The run "
        "that a registry version comes from has gaps, or the artifact lacks files.",
        'Let steps only grow: leave `step=` out, or give values an axis of their own with `run.define_metric("val/*", '
        'step_metric="epoch")`. Log large data as a file of an artifact, and print `len(artifact.manifest.entries)` '
        "before you log it.",
        silent=True,
        phases=("init", "log", "sync"),
        recognize="No call failed. A warning says that data is dropped, ignored, skipped or truncated, or "
        "`add_reference` returned an empty list.",
    ),
)


ENTRIES = (*PATH, *ENTITY, *SDK, *CONSUMING, *TESTING, *OPERATION)
"""Every failure, with the codes that its entry names."""

FAILURES: dict[str, Failure] = {
    failure.id: replace(failure, codes=(*failure.codes, *ALSO_FOUND_BY.get(failure.id, ()))) for failure in ENTRIES
}
"""Every failure by its id, with all codes that find it."""


def find_failure(failure_id: str) -> Failure:
    """The failure of an id; `b1` and ` B1 ` are read as `B1`.

    Raises:
        KeyError: No such failure; the error names the nearest.
    """
    wanted = failure_id.strip()
    wanted = wanted[:1].upper() + wanted[1:].lower()
    if wanted in FAILURES:
        return FAILURES[wanted]
    from difflib import get_close_matches

    near = get_close_matches(wanted, FAILURES, n=3, cutoff=0.5)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise KeyError(f"no failure '{failure_id}' in the failure index{hint}")
