"""What the SDK and `wandb-core` say before and beside the server: of arguments, settings, files, sweeps and syncs.

Read in wandb 0.21.4 to 0.31.0 and its Go sources. Grouped by failure, because all messages of a group mean the same;
the key of a message is made of its words.
"""

from __future__ import annotations

from regilink_doctor.core.wandb_messages.recognition import WandbMessage, group_messages

# Hints of several groups.
_ABOUT_IDENTITY_FILE = "`WANDB_IDENTITY_TOKEN_FILE` names the file of a token that replaces the key: set one of the two"
_ABOUT_ADDRESS = "`WANDB_BASE_URL` begins with http:// or https://; check `HTTPS_PROXY` and the network of the machine"
_ABOUT_OWN_FILES = (
    "`~/.netrc` and `~/.config/wandb` must be files of your own; `NETRC` and `WANDB_CONFIG_DIR` name others"
)
_ABOUT_CONFIG = "it is about the config of the run: `wandb.init(config=...)` or config-defaults.yaml"


_CREDENTIALS = (
    *group_messages(
        "C18",
        "Couldn't find W&B api key, run wandb login or set WANDB_API_KEY",
        "Not authenticated. Run `wandb login` to run a sweep scheduler.",
        "wandb.sandbox could not resolve W&B credentials for sandbox auth.",
        "Invalid API key: {reason}",
    ),
    *group_messages(
        "C18",
        "No API key specified.",
        "API-key must be exactly 40 characters long: {value} ({length} chars)",
        "API key verification failed for host {host}. Make sure your API key is valid.",
        "WANDB_API_KEY is not set",
        "W&B installed but not logged in",
        speaker="other",
    ),
    *group_messages(
        "C18",
        "The api_key and identity_token_file settings cannot be used together.",
        "Both {first} and {second} are set, which is not allowed.",
        hint=_ABOUT_IDENTITY_FILE,
    ),
    *group_messages(
        "C18",
        "Identity token file not found: {path}",
        "Failed to retrieve access token: {status}, {reason}",
        "Failed to read the identity token from file: {path}",
        "couldn't fetch access token: {reason}",
        "failed to read identity token file: {reason}",
        speaker="other",
        hint=_ABOUT_IDENTITY_FILE,
    ),
    *group_messages(
        "C19",
        "To use W&B in kaggle you must enable internet in the settings panel on the right.",
        "Invalid Forge server address",
        "Invalid host URL: {host}",
        hint=_ABOUT_ADDRESS,
    ),
    *group_messages(
        "C19",
        "Unable to connect to server to verify API token.",
        "Unable to connect to {host} to verify API token.",
        "check_hostname requires server_hostname",
        "URL must start with `http(s)://`",
        "URL cannot contain unsafe characters",
        "hostname is invalid",
        speaker="other",
        hint=_ABOUT_ADDRESS,
    ),
    *group_messages(
        "F7",
        "Unable to write {path}: {reason}",
        "Error updating settings at {path}: {reason}",
        "Failed to load settings from {path}",
        also=("C18",),
        hint=_ABOUT_OWN_FILES,
    ),
    *group_messages(
        "F7",
        "In order to persist your API key, grant read and write permissions for your user to the file",
        "Unable to read permissions for {path}, {reason}",
        speaker="other",
        also=("C18",),
        hint=_ABOUT_OWN_FILES,
    ),
)

_RUNS = (
    *group_messages(
        "F20",
        "Settings field `{setting}`: {value} not in",
        "Could not parse value {value} as",
        "Invalid value for property {setting}: {value}.",
        "Unable to preprocess value for property {setting}",
        speaker="other",
        also=("F22",),
        hint="the setting is an argument of `wandb.Settings`, or a variable `WANDB_...` in the environment",
    ),
    *group_messages("B2", "Could not find team: {team}", also=("F1", "D7")),
    *group_messages("F22", "enable this feature with `wandb.require", speaker="other", also=("B14",)),
    *group_messages(
        "C18",
        "API key verification failed",
        "not logged in to W&B, try `wandb login --relogin`",
        "wandb.Api cannot be used with federated identities",
        speaker="other",
        also=("C19",),
    ),
    *group_messages(
        "F14",
        "Couldn't communicate with backend after {seconds} seconds",
        "backend process timed out",
        "Internal wandb error: file data was not synced",
        speaker="other",
        also=("F2", "C19"),
    ),
    *group_messages(
        "C16",
        "`{call}` does not support multiprocessing",
        "Could not attach because the run does not belong to the current service process",
        "`attach_id` or `run_id` must be specified",
        speaker="other",
        also=("F14",),
    ),
    *group_messages(
        "F1",
        "the provided API key cannot access this resource",
        speaker="server",
        also=("B2", "B9", "C18"),
        hint="the key belongs to another account or team than the run's entity: print `wandb.Api().default_entity`",
    ),
    *group_messages(
        "B2",
        "entity not specified, and viewer has no default entity",
        speaker="server",
        also=("C18",),
        hint="the account has no default entity: name a team in `wandb.init(entity=...)` or `WANDB_ENTITY`",
    ),
    *group_messages(
        "B2", "CommError: project not found", "CommError: entity not found", speaker="server", also=("F1", "D1")
    ),
    *group_messages(
        "B8",
        "user does not have models write access for this org",
        "is not enabled for your organization",
        speaker="server",
        also=("B2", "B7"),
    ),
    *group_messages(
        "F19",
        "run {run} not found while streaming file",
        "run {run} not found during createRunFiles",
        "run {run} was deleted",
        speaker="server",
        also=("F13", "C10"),
        hint="the run was deleted while the program was writing to it",
    ),
    *group_messages(
        "F19", "Duplicate entry '{entry}' for key 'PRIMARY'", speaker="server", hint="the run id was used before"
    ),
    *group_messages(
        "F20",
        "must be between 1 and 64 characters",
        "name must be atleast 3 characters",
        speaker="server",
        also=("F22",),
        hint="a tag has at most 64 characters, a project's name at least 3",
    ),
    *group_messages("F2", "graphql: panic occurred", speaker="server", also=("F17",)),
    *group_messages(
        "F17",
        "Unable to start backend, see logs at",
        "Your deployment spec should include the following",
        speaker="server",
    ),
    *group_messages("F2", "Duplicate entry '{entry}' for key '{index}'", speaker="server", also=("C14", "F19")),
    *group_messages(
        "F22",
        "json: cannot unmarshal {kind} into Go",
        speaker="server",
        also=("F18", "F20"),
        hint="the metadata of an artifact and the config of a run are dictionaries",
    ),
    *group_messages(
        "F19",
        "Provided `run_id` is the same as the run to `fork_from`.",
        "Both `run_id` and `resume_from` have been specified with different ids.",
        "`fork_from`, `resume`, or `resume_from` are mutually exclusive.",
        "Run ID cannot contain only whitespace",
    ),
    *group_messages(
        "F19",
        "is not a valid option for resuming a run",
        "no data but must resume",
        "data but cannot resume",
        "could not resume run: {reason}",
        "Only one of fork_from or resume_from can be specified, not both",
        "Cannot attempt to rewind and resume a run",
        "failed to clone run",
        speaker="other",
    ),
    *group_messages(
        "F20",
        "Instances of wandb.Artifact can only be top level keys in a run's config",
        "WBValue objects cannot be added to the run config",
        "config must be a dict or have a __dict__ attribute.",
        "Expected at most only one of exclude or include",
        "Couldn't read config file: {path}",
        "Invalid YAML in config yaml",
        "Unknown config version",
        also=("F22",),
        hint=_ABOUT_CONFIG,
    ),
    *group_messages(
        "F22",
        "Attempted to change value of key '{name}' from",
        speaker="other",
        also=("F20",),
        hint="a value of the config is set once: `run.config.update(..., allow_val_change=True)`",
    ),
    *group_messages(
        "F20",
        "Instances of wandb.Artifact and wandb.apis.public.Artifact can only be top level keys in wandb.config",
        speaker="other",
        also=("F22",),
        hint=_ABOUT_CONFIG,
    ),
    *group_messages(
        "F20",
        "Service wait time cannot be negative",
        "Stats sampling interval cannot be less than",
        "File stream max line bytes must be greater than 0",
        "Unsupported type {type} for setting {setting}",
        "Invalid project name",
        "invalid truth value {value}",
        also=("F22",),
    ),
    *group_messages(
        "F4",
        "Please call `wandb.init()` before",
        "run_path required when calling wandb.restore before wandb.init",
        also=("C8", "C5"),
    ),
    *group_messages(
        "F4",
        "You must call wandb.init() before {call}",
        speaker="other",
        also=("C8", "C5"),
    ),
    *group_messages(
        "B1",
        "Artifacts logged anonymously cannot be claimed",
        speaker="other",
        also=("C18", "B2"),
        hint="the run is anonymous: log in, and remove `anonymous=` or `WANDB_ANONYMOUS`",
    ),
    *group_messages("C5", "but also set the `WANDB_DISABLED` environment variable", speaker="other", hint="unset it"),
    *group_messages("F14", "Timed out finishing run.", "Problem finishing run", also=("F2", "C19")),
    *group_messages(
        "F14",
        "Failed to read port info",
        "Expected service process to exist.",
        "Failed to connect to wandb-core",
        "Timed out waiting for response on {slot}",
        "wandb-core exited.",
    ),
    *group_messages(
        "F14",
        "portfile is empty: {path}",
        "error reading portfile: {reason}",
        "can't start new thread",
        "cannot schedule new futures after shutdown",
        "can't create new thread at interpreter shutdown",
        speaker="other",
    ),
    *group_messages(
        "C16", "attach in the same process is not supported currently", "Timeout attaching to run", also=("F14",)
    ),
)

_SWEEPS = (
    *group_messages(
        "F16",
        "No default project configured.",
        "Could not start launch agent: {reason}",
        "Error acking run queue item.",
        "Failed to delete run queue {queue}",
        "Error fetching run queues for {queue}",
        "failed to create run queue",
        "Error adding run to queue",
        "Error fetching run state for {run}.",
        "Agent Process requires command or function",
        "Unable to checkout version '{version}' of git repo {repository}",
        "Failed to apply diff.patch associated with run.",
        "default resource configurations are not supported by this version of wandb server",
        "upserting run queues is not supported by this version of wandb server",
        "launch prioritization is not supported by this version of wandb server",
        "server does not support template variables",
        speaker="other",
        also=("B2", "F23"),
    ),
    *group_messages(
        "F23",
        "is ambiguous, please specify bounds as both floats",
        "No 'value' found for command['args']['{parameter}']",
        "No 'args' found in command",
        "Configuration file is empty",
        "Error in sweep file: {path}",
        "Couldn't open sweep file: {path}",
        "Error in configuration file: {reason}",
        "Sweep config has no metric",
        "Sweep config has both 'job' and 'image_uri'",
        "sweep object is missing config",
        "Unhandled search type.",
        also=("F16",),
    ),
    *group_messages(
        "F23",
        "sweep config must have",
        "Invalid sweep config",
        "Violation {number}. Additional properties are not allowed",
        "invalid hyperparameter configuration",
        "is not a permitted value of the categorical hyperparameter",
        "Invalid configuration for hyperparameter '{parameter}'",
        "anaconda 400 error",
        "Sweep distribution {name} for parameter",
        "Study direction {name} does not match the sweep metric goal",
        speaker="other",
        also=("F16",),
    ),
    *group_messages(
        "F16",
        "could not find project {project} during createAgent",
        "Can not find sweep",
        "Exception while processing command",
        "Pass the sweep as entity/project/sweep_id or provide --entity and --project.",
        "Sweep ID cannot be empty",
        "The sweep scheduler failed",
        "Error pushing run queue item to queue {queue}.",
        "Unable to create default queue for",
        "No queues for agent to poll",
        "Job creation failed",
        "Error creating job: {reason}",
        "Could not find Docker executable.",
        "Docker not installed",
        "Error communicating with docker client",
        "encountered an issue while starting Docker",
        "Failed to create Kubernetes resource: {reason}",
        "Exception when creating Kubernetes resources",
        "This agent is configured to lock",
        "Path must be a git URI",
        "Cannot queue jobs with unlogged artifacts",
        also=("B2", "F23"),
    ),
    *group_messages("F23", "No such file or directory: '--{argument}'", speaker="other", also=("F16",)),
    *group_messages(
        "F16",
        "run not found for history loading",
        "not found during createAgent",
        "entityName required for project query",
        "Sweep {sweep} not found",
        "Cannot resume sweep {sweep}, it is already running",
        "Error fetching run info for {run}. Check that this project exists",
        "Unable to push to run queue {queue}.",
        "run queue creation is not supported by this version of wandb server",
        "Unavailable backend {backend}",
        speaker="other",
        also=("B2", "F23"),
    ),
    *group_messages(
        "F24",
        "Run {run} errored:",
        "Detected {number} failed runs in the first {seconds} seconds, killing sweep.",
        "Detected {number} failed runs in a row at start, killing sweep.",
        "Launched run exited with non-zero status",
        "Run threw exception: {reason}",
        speaker="cli",
        also=("F16",),
    ),
)

_ARTIFACTS = (
    *group_messages(
        "C10",
        "Error uploading files to {run}.",
        "Job Artifact log unsuccessful: {reason}",
        speaker="other",
        also=("B2", "F17"),
    ),
    *group_messages(
        "F18",
        "unknown artifact manifest version: {version}",
        "unrecognized storage layout: {layout}",
        speaker="other",
        also=("F21",),
    ),
    *group_messages(
        "F18",
        "Cannot add path with no ref: {path}",
        "You must pass name='<entry_name>' when tracking references with unknown schemes.",
        "Artifact TTL Duration has to be positive.",
        "Invalid policy {policy}. Policy may only be `mutable` or `immutable`.",
        "Cannot remove missing entry: {path}",
        "Local entry not found - invalid reference",
        "Cannot upsert artifact unless run is in a group or distributed_id is provided",
        "Cannot finish artifact unless run is in a group or distributed_id is provided",
        "Must provide distributed_id if artifact is not finalize",
        "Path argument must be a file or directory",
        "`aliases` must be Iterable or None",
        also=("F22",),
    ),
    *group_messages(
        "F18",
        "metadata must be dict, not {type}",
        "Found object of type {type}, expected one of",
        "Unable to overwrite '{path}'",
        speaker="other",
        also=("F22",),
    ),
    *group_messages(
        "C10",
        "Committing artifact failed.",
        "ArtifactSaver.createArtifact: {reason}",
        "ArtifactSaver.createManifest: {reason}",
        "ArtifactSaver.uploadFiles: {reason}",
        "ArtifactSaver.uploadManifest: {reason}",
        "ArtifactSaver.commitArtifact: {reason}",
        "ArtifactSaver.updateManifest: {reason}",
        "size shrank from {before} to {after} while it was being uploaded",
        "No multipart urls to upload for file: {path}",
        "Artifact upload failed",
        "Fatal error while uploading data.",
        "filestream: fatal error: {reason}",
        speaker="other",
        also=("F17", "F7", "F2"),
    ),
    *group_messages(
        "D2",
        "This artifact contains more than one file, call `.download()`",
        "Found file {path} which is not a member of artifact {artifact}",
        also=("D7", "F6"),
    ),
    *group_messages(
        "D2",
        "could not access artifact",
        speaker="other",
        also=("D7", "F6"),
    ),
    *group_messages("D2", "Artifact collection needs to be a sequence", also=("F22",)),
    *group_messages(
        "D1",
        "Error fetching entity {entity} check that you have access to this entity",
        "Unable to fetch project ID: {project}",
        also=("B2", "D7", "C19"),
    ),
    *group_messages(
        "D1",
        "Project {project} does not exist under entity",
        "project {project} not found for entity {entity}",
        speaker="other",
        also=("B2", "D7", "C19"),
    ),
    *group_messages(
        "D18",
        "Must provide at least one member to",
        "Failed to add members to registry {registry}",
        "Failed to remove members from registry {registry}",
        "Failed to fetch user members for registry {registry}",
        "Failed to fetch team members for registry {registry}",
        "Member arg must be a",
        also=("B7",),
    ),
    *group_messages(
        "D18",
        "Failed to update member {member} role to",
        speaker="other",
        also=("B7",),
    ),
    *group_messages("F12", "artifacts must be specified as 'collection:alias'", speaker="server", also=("D2",)),
    *group_messages(
        "F12",
        "Invalid path, should be TEAM/PROJECT/TYPE/ID",
        "Invalid path: {path} (missing entity)",
        "Invalid path: {path} (missing project)",
        "Could not determine entity. Please include the entity as part of the collection name path.",
        also=("D4", "B2"),
        hint="give the whole path: entity/project/name",
    ),
    *group_messages(
        "F6",
        "AzureFileTransfer: Download: {reason}",
        "GCSFileTransfer: Download: {reason}",
        "S3FileTransfer: Download: {reason}",
        "Unable to load config to set up S3 client",
        "Unable to set up GCS client",
        "could not get manifest download url for artifact",
        "could not access manifest for artifact",
        "file hash mismatch: expected {expected}, actual {actual}",
        "Cannot download file at path {path}, scheme {scheme} not recognized",
        "NoCredentialsError",
        "when calling the {operation} operation",
        "Anonymous caller does not have storage.objects",
        "does not have storage.objects.get access",
        "The specified bucket does not exist",
        "The specified key does not exist",
        "This request is not authorized to perform this operation",
        "Server failed to authenticate the request",
        "Request has expired",
        "SignatureDoesNotMatch",
        "ExpiredToken",
        "InvalidObjectState",
        speaker="other",
        also=("F17", "D7"),
    ),
)

_FILES = (
    *group_messages(
        "C19",
        "net/http: request canceled",
        "net/http: TLS handshake",
        "certificate verify failed",
        "[('SSL routines'",
        speaker="other",
        also=("F2",),
    ),
    *group_messages(
        "B14",
        "To use wandb on Windows, you need to run the command",
        speaker="other",
        hint="`pip install -U wandb`",
    ),
    *group_messages(
        "F17",
        "permission denied while trying to connect to the Docker daemon socket",
        "Cannot connect to the Docker daemon",
        "Unable to find image 'wandb/local",
        speaker="other",
        also=("F16",),
        hint="Docker on this machine is the cause: its daemon, the rights on its socket, or the platform of the image",
    ),
    *group_messages("F7", "[Errno 13] Permission denied", speaker="other", also=("F14",)),
    *group_messages("F7", "No space left on the device", "Couldn't remove temp directory {path}", speaker="other"),
    *group_messages(
        "F13",
        "No wandb directory found.",
        "`--sync-all` has been removed.",
        "Use `wandb clean` instead of `wandb sync --clean`",
    ),
    *group_messages(
        "F13",
        "Failed to sync {path}",
        "Nothing to sync.",
        "Invalid replace-tags format",
        "invalid magic byte in header",
        "Failed to stat {path}",
        speaker="other",
    ),
    *group_messages(
        "F7",
        "Unable to create directory '{path}'",
        "exists and is not a directory",
        "Unable to find cache directory",
        "Stale file handle",
        "Input/output error: '{path}'",
        "File name too long",
        "error creating log directory: {path}",
        speaker="other",
    ),
)

_CALLS = group_messages(
    "F22",
    "Expected `data_table` to be `wandb.Table` type",
    "Expected `value` to be `wandb.Table` type",
    "Attribute {attribute} is not supported on Run object.",
    "Invalid report path, should be team/project/reports/Name--XXXX",
    "you must sort by ascending(+) or descending(-)",
    "keys argument must be a list of strings",
    "stream must be default when specifying keys",
    "wandb.log must be passed a dictionary",
    "Key values passed to `wandb.log` must be strings.",
    "policies are currently supported.",
    "Glob may not walk above the base path",
    "Glob cannot be the same as the base path",
    "Glob may not start with '*' relative to the base path",
    "define_metric() requires non-empty name argument",
    "Unhandled define_metric() arg",
    "level must be one of 'INFO', 'WARN', or 'ERROR'",
    "wait_duration must be an int, float, or datetime.timedelta",
    "log must be one of 'gradients', 'parameters', 'all', or None",
    "Expected a pytorch model (torch.nn.Module). Received",
    "Only matplotlib.pyplot or matplotlib.pyplot.Figure objects are accepted.",
    "keys must be specified in a list",
    "Invalid format: {format}. Must be one of 'default', 'pandas', 'polars'",
    "mode must be logged or used",
    "Querying for files by both names and pattern is not supported.",
    "File already exists, pass replace=True to overwrite",
    "function parameter must be callable!",
    "Invalid python comparison expression",
    "Invalid order string: {order}",
    "Data row contained incompatible types",
)

_WARNINGS = (
    *group_messages(
        "C18",
        "Failed to read netrc file at {path}",
        "Found entry for machine {host} with no API key at {path}",
        "W&B disabled due to login timeout.",
        speaker="other",
    ),
    *group_messages(
        "F20",
        "Unable to parse settings file",
        "Ignoring setting {name} which is not allowed in a settings file.",
        "Malformed WANDB_CONFIG, using original config",
        speaker="other",
    ),
    *group_messages(
        "F13",
        ".wandb file is incomplete ({reason}), be sure to sync this run again once it's finished",
        ".wandb file is empty ({reason}), skipping: {path}",
        "Multiple wandb files found in directory {path}, skipping",
        speaker="other",
        hint="sync the run again when it has ended",
    ),
    *group_messages(
        "B13",
        "Server not compatible with {feature}",
        "W&B Local Server version does not support {feature}",
        speaker="other",
    ),
    *group_messages(
        "F7",
        "Path {path} wasn't read/writable",
        "Failed to create global config settings in: {path}",
        "Failed to cache {path}, ignoring",
        speaker="other",
    ),
    *group_messages(
        "D10",
        "Unable to download file {path} as there is a {kind} with the same path",
        speaker="other",
    ),
    *group_messages(
        "F6",
        "Artifact references with unsupported schemes cannot be checksummed: {address}",
        speaker="other",
    ),
    *group_messages("F15", "Metadata is read-only when using pydantic v1.", speaker="other"),
    *group_messages(
        "B2",
        "Ignored wandb.init() arg entity when running a sweep.",
        "Project is ignored when running from wandb launch context.",
        "Project, entity and id are ignored when running from wandb launch context.",
        "Launch agents only support sending runs to their own project and entity.",
        speaker="other",
    ),
    *group_messages(
        "F20", "Ignoring unexpected arguments: {names}. This will raise an error in the future.", speaker="other"
    ),
    *group_messages("C10", "Async file upload failed; falling back to sync", speaker="other"),
    *group_messages("C18", "Unable to read the token file at {path}", speaker="other"),
    *group_messages(
        "C17",
        "Artifact name is longer than {count} characters: {name}",
        "Artifact names may only contain alphanumeric characters, dashes, underscores, and dots.",
        "Artifact types must not contain any of the following characters: {characters}",
        also=("A10",),
    ),
    *group_messages(
        "C10",
        "Azure uploads over 256MB require the azure SDK",
        speaker="other",
        also=("F15",),
        hint="`pip install wandb[azure]`",
    ),
    *group_messages(
        "F2",
        "invalid character '{letter}' looking for beginning of value",
        speaker="other",
        also=("F23",),
        hint="the server read a value that is not a number, such as NaN, or an answer that is not JSON",
    ),
)
"""What wandb says without ending the program."""

REFUSALS: tuple[WandbMessage, ...] = (*_WARNINGS, *_CREDENTIALS, *_RUNS, *_SWEEPS, *_ARTIFACTS, *_FILES, *_CALLS)

COMPONENTS: tuple[tuple[tuple[str, ...], str], ...] = (
    # References and downloads.
    (
        ("F6", "C19"),
        r"file ?transfer: download|^error (?:downloading|getting|copying) (?:object|file|reference)"
        r"|^error (?:finding blobs|getting correct blob|setting (?:up Azure|version ID)|creating reader)"
        r"|^error (?:parsing reference|constructing object input)|\b(?:digest|etag|checksum) mismatch"
        r"|^invalid \w+ URI\b|\bdecode manifest JSON\b|^http request failed: |^download failed: "
        r"|\bmanifest from url failed\b|failed to download artifact|could not get manifest for artifact"
        r"|^error reading entry from fetched|^reference artifact task|^client (?:not found|is not an account)",
    ),
    # The files of the run on this machine.
    (
        ("F7", "F13"),
        r"^writer: |error storing record|^can't (?:open|write|close) (?:file|header)|\blog file(?:$|:)"
        r"|^error (?:creating (?:files|log|download) (?:dir|file)|writing metadata file|adding file to cache)"
        r"|failed to (?:open|write|write to|close) (?:config|metadata|output|summary) file|\bport file$"
        r"|for writing logs|^Failed to remove|^Permission error accessing",
    ),
    (
        ("F13", "F7"),
        r"^runsync: |\btransaction ?log\b|\bleveldb/record: |^(?:live|file)?reader: |^store: "
        r"|^can't read (?:header|record)|failed to (?:read|seek) record|No runs to be synced",
    ),
    (
        ("F7", "F21"),
        r"^runconsolelogs: "
        r"|^failed to (?:truncate|append|load \d+ bytes|close: |set file permissions|create chunk)"
        r"|^unable to (?:create (?:temporary|destination) file|open source file|get source file info)"
        r"|^copy failed: |^error (?:opening manifest file|scanning file|writing data to file)"
        r"|^failed to write data to file",
    ),
    # Code that meets what it does not expect.
    (
        ("F21", "F14"),
        r"^error (?:handling (?:record|request|run start)|writing (?:header|msg)|flushing writer|marshalling)"
        r"|\b(?:un)?marshal(?:l?ing|l)?\b|^json decode error|^(?:handleDefer: )?unknown defer state"
        r"|^flush without callback|\bnil record type|^can'?t read token"
        r"|\b(?:is|are|response(?: is)?) (?:nil|empty)$|^unable to load resume tails|^Error decoding summary"
        r"|^internal issue:|poll_exit_responses"
        r"|^(?:flowcontrol|gqlcompat|observability|runhandle|runhistory|runmetric|runsummary|runwork|watcher|wbapi): "
        r"|\berror serializing\b|\bfailed to serialize\b|\b(?:called|received) .{0,40}(?:after|more than once)\b"
        r"|\bgot nil\b|\bnil (?:feature|logger|policy|printer|request|upserter)\b"
        r"|\bunknown (?:re(?:cord|quest) )?type\b|\bunexpected type\b|\bparquet\b|\brow group\b|\bout of bounds\b"
        r"|\bbuffer underflow\b|^reading (?:num|column)",
    ),
    # Links, artifacts, uploads.
    (("F8", "D2"), r"\b(?:artifact|version)\b.{0,60}\b(?:was|been) deleted\b"),
    (("C3", "C1"), r"\boffline mode\b"),
    (("A3", "A8"), r"\bcollection name\b"),
    (("E4", "B7", "B3"), r"linkArtifact|\bfailed to link\b"),
    (("C10", "F17", "F2"), r"ArtifactSaver|send_?artifact|^(?:createManifest|sendManifestFiles)\b"),
    (
        ("C10", "C19", "F17"),
        r"file ?transfer|^uploader: |^upload_file|async upload|^Got error in async mode|^Error uploading\b"
        r"|\bfailed to upload\b|\bupload\b.{0,20}\b(?:timed out|failed)\b|\bremaining uploads\b|\bupload URLs?\b"
        r"|^no ETag in response|\bpart number: |^could not resolve client id",
    ),
    # The run itself.
    (
        ("F1", "B2", "F2"),
        r"failed to init run|upsertRun|sendRun\b|upsert bucket|^runmetadata: |\brun initialization failed\b",
    ),
    (
        ("F19", "F2"),
        r"\bresume (?:status|response|state)\b|\bResumeState\b|^rewind\b"
        r"|^no (?:config|(?:events|history|log) (?:tail|line count)) found",
    ),
    (
        ("C18",),
        r"fetch credentials|NewCredentialProvider|couldn't get API key|\bnetrc\b|\bauthenticat(?:ed?|ing|ion)\b",
    ),
    (("C19",), r"parse base URL|BaseURLFromSettings|^error parsing url$|^Host must be a url"),
    (
        ("C10", "C19", "F2"),
        r"^file_?stream|filestream thread|^dropp+ed (?:streaming file )?chunk|^runfiles\b",
    ),
    (("B2", "D1", "D7"), r"\b(?:fetch|find|load)(?:ing)? (?:the )?runs?\b"),
    (("C19", "F2", "F1"), r"^runupserter\b|^sender: |^Error updating run config|requests_with_retry"),
    (("C19", "F2"), r"^Error (?:communicating with W&B|while calling W&B API|executing GraphQL)|^api: failed\b"),
    (("F2", "C19"), r"^Got (?:API error|response status)|^(?:api: )?HTTP error\b|^failed to get sampled history"),
    (("F21",), r"\btensorboard\b|\btbrecord\b|\bTB(?:Dir|Event)\w+ thread|\btensor (?:has|dtype|content)\b"),
    # wandb's own processes.
    (
        ("F14", "F21"),
        r"^(?:connection|handler|dispatch|stream|server(?:/listeners)?(?=:)|handleI\w+|fileTransferManager)\b",
    ),
    (("F14", "F7"), r"^Thread \S+:|\b(?:W&B|wandb) process\b|transport failed|backend process timed out|mailbox slot"),
    (
        ("F14", "F21"),
        r"^failed to (?:start server|accept conn)|\bServe\(\)|^can ?not listen$|^ServerRequestType"
        r"|^forced shutdown|\bportfile\b|failed to get logger path|^Error reading server response"
        r"|run_soon callback|^error connecting to server: |^Failed to (?:abandon|cancel) .*request"
        r"|^requestcanceller: |^error (?:launching|getting port)\b|^fail (?:close|create|rename|sync|write)\b"
        r"|^error (?:marshaling|writing) message: ",
    ),
    (("F20", "F7"), r"^Error reading settings|^config: "),
    # Launch, sweeps, keys, networks and disks, in the words of any part.
    (
        ("F16",),
        r"\b(?:kaniko|kubernetes|entrypoint|execution point|run queue|scheduler|launch|job|pod logs?)\b"
        r"|^Stopping agent|agent status|^Exception in task|exception in event stream|^Command failed:"
        r"|(?:waiting|wait) for resource|^Could not (?:find (?:git commit|requirements\.txt)|parse git)"
        r"|^Runtime \(-r|attempting to (?:authenticate with|get digest for)|^Repeated parameter"
        r"|^Agent config error",
    ),
    (("F23", "F16"), r"\bsweep config"),
    (("F16", "F23"), r"\bsweep\b"),
    (("C18", "F3"), r"\bapi[ _-]?key\b|\blog(?:ged)? ?in\b|\bcredentials\b"),
    (("C19", "F2"), r"\btimed? ?out\b|\bconnect(?:ion)?\b|\bnetwork\b|\bcertificate\b|\bproxy\b"),
    (("F7",), r"\bdisk\b|\bdirectory\b|\bfolder\b|\bnot writable\b"),
    # Packages and arguments.
    (
        ("F15", "F21"),
        r"\bpip install\b|^Failed to (?:patch|import)\b|^Error importing optional module|^Unable to patch"
        r"|package was not found|failed to import|\brequires? (?:h5py|nbformat)\b",
    ),
    (
        ("F22",),
        r"exceeds maximum size of|\bis not an? (?:array|classifier|regressor|clusterer)\b"
        r"|^Please (?:fit|vectorize)|values that are not numbers|^Unknown token: |^Not allowed in legacy mode"
        r"|^Cannot use --|and/or '\w+' required|^Invalid format for|^Unsupported argument|^No project provided"
        r"|can only be set for|^Unsupported tensorboard|^Failed to open the provided file",
    ),
)
"""What the parts of wandb log: the failures, likeliest first, and the words by which a line of a part is known.

A message of the table has a cause of its own. This is for the many others of a part, all of which mean the same:
`transactionlog: ...` is about the file of an offline run, whatever follows. The words are a regular expression without
regard to case, and the first that is found decides.
"""

ARTIFACT: tuple[tuple[str, ...], str] = (("C10", "F17", "F2"), r"artifact")
"""An error that nothing else is known of is about the upload where it names an artifact."""
