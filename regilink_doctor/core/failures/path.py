"""Part A: mistakes in the target path."""

from __future__ import annotations

from regilink_doctor.core.failures.failure import Failure

PATH: tuple[Failure, ...] = (
    Failure(
        "A1",
        "missing registry prefix",
        "Nothing is raised. The version is linked into an ordinary project of the run's entity, named as the "
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
        "Nothing is raised. A path of one segment is the name of a collection in the run's own project "
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
        "server is asked for an entity of that name. Four parts and more are refused as an invalid artifact path, "
        "after the upload.",
        'Replace the slash inside the name, for example `name.replace("/", "-")`, so that the path has at most '
        "an organization, a registry and a collection.",
        silent=False,
        codes=("REG103",),
        recognize="The path has three slashes, or the name after the registry has one (model ids such as "
        "`meta-llama/Llama-3` do).",
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
        "goes to a registry or a project of that name, or fails at the server as one that does not exist.",
        "Put the real names in: an `f` before the string, the value from your settings, and a check that an "
        "environment variable is set.",
        silent=False,
        codes=("REG106", "REG113"),
        recognize="Brackets, braces, `None` or `your-...` stand in the path that was sent.",
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
        "Paths take both names, letter by letter. `api.registry()`, `api.registries()` and `api.organization()` "
        "take the display name only, and say that the organization is not found.",
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
        "the source's entity and `$WANDB_PROJECT` or `uncategorized`. The same text lands in two places.",
        "Write the whole path, or use the same call everywhere.",
        silent=True,
        recognize="The same path went to two projects, one by `run.link_artifact`, one by `artifact.link`.",
        check_with="regilink doctor TARGET",
    ),
    Failure(
        "A17",
        "leading, trailing or doubled slash",
        "An empty part moves the others or is dropped, depending on the call: with a doubled slash the "
        "registry is taken for the entity; with a slash at the end `Artifact.link` does so too, while "
        "`Run.link_artifact` works by accident.",
        "Remove the slash and the spaces around the parts.",
        silent=False,
        codes=("REG111", "REG114"),
        recognize="The path begins or ends with a slash, has two in a row, or a space beside one.",
        check_with="regilink doctor TARGET",
        phases=("link",),
    ),
    Failure(
        "A18",
        "call that does not exist",
        "Python refuses `wandb.link_artifact`, `alias=`, `Artifact(target_path=...)` and a string in place of an "
        "artifact; the command line knows no `wandb artifact link`.",
        "Write `run.link_artifact(artifact, target_path=..., aliases=[...])`.",
        silent=False,
        codes=("REG607",),
        recognize="It is Python or the command line that complains, before anything is sent.",
        check_with="regilink lint .",
    ),
)
