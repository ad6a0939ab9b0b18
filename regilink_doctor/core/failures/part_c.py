"""Part C: the run, the mode it is in, and when the link is made."""

from __future__ import annotations

from .failure import Failure

PART_C: tuple[Failure, ...] = (
    Failure(
        "C1",
        "link in an offline run",
        "`run.link_artifact` raises NotImplementedError without a message, before it looks at the path.",
        "Guard the link with `if not run.offline:`, sync the run with `wandb sync`, then link the logged version "
        "through `wandb.Api().artifact(...).link(...)`.",
        silent=False,
        evidence="run",
        codes=("REG601",),
    ),
    Failure(
        "C2",
        "`Artifact.link` while offline",
        "It needs the logged artifact, which offline does not exist, and says that `Artifact.wait` was used too early.",
        "Link after `wandb sync`, from an online process.",
        silent=False,
        evidence="run",
        codes=("REG601",),
    ),
    Failure(
        "C3",
        "artifact used while offline",
        "`run.use_artifact` and `run.use_model` refuse to work in offline mode.",
        "Download the version beforehand with `wandb artifact get`, and read it from disk when offline.",
        silent=False,
        evidence="code",
        codes=("REG601",),
    ),
    Failure(
        "C4",
        "`link_model` while offline",
        "It goes to the network first and fails on credentials, before it would say that it is offline.",
        "Link later, from an online process, with `link_artifact`.",
        silent=False,
        evidence="run",
        codes=("REG601",),
    ),
    Failure(
        "C5",
        "link in disabled mode",
        "`run.link_artifact` returns None for every path, right or wrong. A test that runs in this mode proves "
        "nothing about the link.",
        "Test against the emulator: the `regilink` fixture, or `regilink dry-run -- CMD`.",
        silent=True,
        evidence="run",
        codes=("REG602",),
    ),
    Failure(
        "C5b",
        "`Artifact.link` beside a disabled run",
        'With `wandb.init(mode="disabled")` there is no active run, so the artifact starts a real one and is linked '
        "for real. With `WANDB_MODE=disabled` in the environment it fails as in offline mode.",
        "Use `run.link_artifact`, which is off in disabled mode, or test against the emulator.",
        silent=True,
        evidence="run",
        codes=("REG602", "REG206"),
    ),
    Failure(
        "C6",
        "source project that the caller may not see",
        "Promoting from registry to registry, the source's entity is hidden from those outside its team. The SDK "
        "then says that an entity name is required.",
        "Let a member of the source's team make the link, or give the account access to that project.",
        silent=False,
        evidence="run",
        codes=("REG806",),
    ),
    Failure(
        "C7",
        "link of a link",
        "The SDK warns and links the source. The new link does not depend on the one it was made from.",
        "Nothing needs to change; link the source if the warning disturbs.",
        silent=True,
        evidence="code",
    ),
    Failure(
        "C8",
        "link after the run has ended",
        "Outside the `with` block or after `finish()` the call raises UsageError, although its text says that it "
        "is ignored.",
        "Move the link into the `with wandb.init(...)` block, before `run.finish()`.",
        silent=False,
        evidence="run",
        codes=("REG603",),
    ),
    Failure(
        "C9",
        "link before the upload has ended",
        "Present SDKs wait. Old ones, and code that talks to W&B's GraphQL by itself, are told that the artifact or "
        "its client id is not known yet.",
        "Call `artifact.wait()` first, or use `run.link_artifact`.",
        silent=False,
        evidence="observed",
    ),
    Failure(
        "C10",
        "upload that failed",
        "`wait()`, and with it the link, raises the upload's own error, or a time-out.",
        "Read the message for the cause, which lies in storage or network, and log the artifact again.",
        silent=False,
        evidence="code",
    ),
    Failure(
        "C11",
        "property read before the artifact is logged",
        "Version, aliases and the like raise an AttributeError on a draft, so `hasattr` and `getattr` with a default "
        "swallow it.",
        "Call `artifact.wait()` after logging, then read the property.",
        silent=False,
        evidence="code",
        codes=("REG610",),
    ),
    Failure(
        "C12",
        "`Artifact.link` without a run",
        "An artifact that is not logged starts a run of its own, in the account's default entity, which may be "
        "personal. The link is then refused as in B1, or the source sits in a project nobody chose.",
        "Log the artifact in `with wandb.init(entity=..., project=...) as run:` and call `run.link_artifact` there.",
        silent=True,
        evidence="code",
        codes=("REG206",),
    ),
    Failure(
        "C13",
        "link errors caught and dropped",
        "A broad `except` around the link hides every other row of this catalogue; training ends well and "
        "nothing is published.",
        "Let the error out, or log it and make the job fail.",
        silent=True,
        evidence="code",
        codes=("REG604",),
    ),
    Failure(
        "C14",
        "link on every process of a distributed job",
        "Each rank logs and links its own version, and the aliases go to whichever comes last. What the server makes "
        "of such races has not been verified.",
        "Link on rank 0 alone.",
        silent=True,
        evidence="unverified",
        codes=("REG605",),
    ),
    Failure(
        "C15",
        "draft of somebody else's artifact",
        "A new draft keeps the entity and project of its source, and logging it elsewhere is refused.",
        "Create a new `wandb.Artifact` with the downloaded files and log that.",
        silent=False,
        evidence="code",
    ),
    Failure(
        "C16",
        "link from a forked process",
        "The call attaches to the parent's run, and fails when it cannot or is already doing so.",
        "Link in the process that called `wandb.init`.",
        silent=False,
        evidence="code",
    ),
    Failure(
        "C17",
        "artifact name that is not allowed",
        "`wandb.Artifact` takes letters, digits, hyphens, underscores and dots. Blanks and slashes, which model ids "
        "of other sites have, are refused, while registries and collections may have blanks.",
        'Replace what is not allowed, for example `re.sub(r"[^\\w.-]", "-", name, flags=re.ASCII)`.',
        silent=False,
        evidence="run",
        codes=("REG405",),
    ),
    Failure(
        "C18",
        "no credentials, or wrong ones",
        "Without a key, with a key of another host or a key that was revoked, the first call fails; some say only "
        "that the user cannot be read.",
        "Run `wandb login --relogin`, with `--host` for a server of your own, or set `WANDB_API_KEY`.",
        silent=False,
        evidence="code",
        codes=("REG803", "REG802"),
    ),
    Failure(
        "C19",
        "wrong host, or one that cannot be reached",
        "Without `WANDB_BASE_URL` the program asks the public cloud, where your organization is not found though "
        "every name is right. A proxy, a certificate or a time-out can look like a missing feature.",
        "Set `WANDB_BASE_URL` where the program runs, CI included; `regilink doctor` says which step fails.",
        silent=False,
        evidence="code",
        codes=("REG801", "REG804"),
    ),
    Failure(
        "C20",
        "personal entity on a server with one organization",
        "Everybody belongs to the one organization, so the SDK finds it for a personal entity too and only the "
        "server refuses the link.",
        "Log under a team, as for B1.",
        silent=False,
        evidence="observed",
        codes=("REG203",),
    ),
)
