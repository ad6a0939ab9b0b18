"""Part F: accounts, servers, disks and SDK builds. Found in public reports; F10 is a case of B8 and has no entry."""

from __future__ import annotations

from regilink_doctor.core.failures.failure import Failure

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
        phases=("link", "log", "consume"),
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
        phases=("link", "log", "consume", "api"),
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
        "A registry shows the source version: when a clean-up deletes that, the link shows nothing. W&B refuses to "
        "delete a version that others depend on.",
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
        recognize="The command is `wandb sync`, or the log names `offline-run-...` or a staging folder of another "
        "machine.",
    ),
    Failure(
        "F14",
        "wandb's own process that does not start, or ended",
        "wandb works through a second process, `wandb-core`. When it cannot start, is killed (memory, job scheduler) "
        "or was forked away, every later call fails.",
        "Read `wandb/latest-run/logs/debug-core.log`. Call `wandb.init` after the fork, keep the process alive until "
        "`run.finish()`, and give the job more memory or `WANDB__SERVICE_WAIT=300`.",
        silent=False,
        recognize="The message names the service, a port file, a mailbox or a broken pipe, and no answer of a server.",
        check_with="regilink dry-run -- CMD",
    ),
    Failure(
        "F15",
        "wandb that is not installed as the code expects",
        "The import finds no wandb, a folder or file of that name in your project, or a package that does not fit "
        "(protobuf, pydantic, boto3, google-cloud-storage).",
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
        phases=("init", "sync"),
        recognize="`wandb.init` has `id=`, `resume=` or `WANDB_RUN_ID`.",
    ),
    Failure(
        "F20",
        "name that `wandb.init` does not accept",
        "`wandb.init` refuses the run: the project's name has a slash or another character that it must not have, or "
        "more than 128. No registry is involved yet.",
        "Give `wandb.init(project=...)` or `WANDB_PROJECT` a plain name; a folder for wandb's files belongs into "
        "`dir=`. Some training libraries pass their output folder as the project.",
        silent=False,
        phases=("init",),
        recognize="The message names a project, and the name in it is a path or has a special character.",
        check_with="regilink doctor",
    ),
)
