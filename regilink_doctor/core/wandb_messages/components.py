"""What the parts of wandb log, beside the messages that have a cause of their own."""

from __future__ import annotations

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
    (
        ("F14", "F7"),
        r"^Thread \S+:|\b(?:W&B|wandb) (?:service )?process\b|transport failed|backend process timed out|mailbox slot",
    ),
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
    (("F23", "F16"), r"\bsweep (?:config|parameter)"),
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
