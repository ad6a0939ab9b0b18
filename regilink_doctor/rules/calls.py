"""Rules about calls that achieve nothing: none that W&B has, with its errors dropped, or of a mock in a test."""

from __future__ import annotations

from regilink_doctor.core.findings import Edit, Fix, Message, Related
from regilink_doctor.core.phrases import say
from regilink_doctor.core.records import replace
from regilink_doctor.core.sites import Link
from regilink_doctor.core.target_path import is_known
from regilink_doctor.core.targets import LINK_METHODS
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Command, Site
    from regilink_doctor.rules.base import FileFacts, Report


_INIT_HELP = {
    "offline": 'mode="offline"',
    "disabled": 'mode="disabled"',
    "team": 'entity="TEAM"',
    "organization": 'entity="TEAM"',
}
"""Arguments that `wandb.init` does not have -> what to write."""

_LINK_WITH = {
    "wandb": "run.link_artifact(artifact, target_path=..., aliases=[...])",
    "wandb.Run": "run.link_artifact(artifact, target_path=..., aliases=[...])",
    "wandb.Artifact": "artifact.link(target_path=..., aliases=[...])",
    "wandb.Api": "api.artifact(NAME).link(target_path=..., aliases=[...])",
    "wandb.PublicRun": "api.artifact(NAME).link(target_path=..., aliases=[...])",
    "WandbLogger": "logger.experiment.{method}(...)",
}
"""Class -> what to write for a method that its objects do not have."""

_NEAR = 0.85
"""How much of a misspelled name is right."""

_ARTIFACT_COMMANDS = ("get", "put", "ls", "cache")
_NO_COMMANDS = ("artifacts", "link", "registry", "registries", "download", "upload", "list", "log", "promote")
"""Commands that look like wandb's, and that no release has."""


_TYPE_KINDS = {
    "aliases": "aliases-type",
    "aliases[]": "alias-type",
    "aliases[*]": "letters",
    "artifact": "artifact-type",
    "artifact_or_path": "artifact-type",
}
"""Arguments -> the kind of problem that a wrong type of them is; any other is a path."""


_MESSAGES = {
    "position": Message(
        "the arguments of wandb.init are passed without their names",
        "the first one is the entity, in older versions of wandb the job type",
        'write wandb.init(entity="TEAM", project="PROJECT")',
    ),
    "target-of-artifact": Message(
        "wandb.Artifact has no argument target_path",
        "it raises TypeError",
        "give it to the link: run.link_artifact(artifact, target_path=...)",
    ),
    "no-link": Message(
        "this is the source artifact, not the link to it",
        "it raises ValueError: it is not a linked artifact",
        say("unlink what the link returns: {code}", code="linked = artifact.link(...); linked.unlink()"),
    ),
    "none": Message(
        "the target path is None",
        "it raises AttributeError",
        'write target_path="wandb-registry-NAME/COLLECTION"',
    ),
    "public-run": Message(
        "a run from wandb.Api logs only artifacts that exist",
        "it raises: Only existing artifacts are accepted by this api",
        'resume the run: wandb.init(id=..., resume="must", entity=..., project=...)',
    ),
}
"""What is wrong, by its kind, where the message is always the same."""


class WrongCallShape(Rule):
    """A call that wandb does not have: W&B's own pages and answers of chat bots have shown each of these.

    `wandb.link_artifact(...)`, `alias=` for `aliases=`, `wandb.init(offline=True)`, one argument too many, a missing
    path or None, a `Path`, a list or a number where a string belongs, a name or a method where the artifact belongs, or
    what `log_model`, `save` or `add_file` returns, `wandb.Artifact(target_path=...)`, the command `wandb artifact
    link`. A run of `wandb.Api()` cannot link, and logs only artifacts that exist. The `WandbLogger` of Lightning does
    neither: its `experiment` is the run. `unlink()` is only for what a link returns. Python raises, after the training.
    A string that is unpacked as the list of aliases raises nothing: it gives its letters. `aliases.append(...)` as the
    list sets no alias. The order of the arguments of `wandb.init` has changed (a warning).
    """

    code = "REG607"
    name = "wrong-call-shape"
    severity = "error"
    failures = ("A18", "F5", "F12")
    watches = (
        "link",
        "log",
        "artifact",
        "command",
        "consume.arguments.wrong_types",
        "consume.arguments.not_accepted",
        "init.arguments.not_accepted",
        "wandb.Artifact.unlink",
        "missing-method",
    )
    bad = (
        'wandb.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo", alias="production")',
        'run.link_artifact("zoo:v0", "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo", ["production"], "model")',
        "run.link_artifact(artifact)",
        "run.link_artifact(artifact, target_path=None)",
        'from pathlib import Path\nrun.link_artifact(artifact, Path("wandb-registry-model") / "zoo")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=[0.93])',
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=list("production"))',
        'wandb.Artifact("zoo", type="model", target_path="wandb-registry-model/zoo")',
        'wandb.Api().run("team-a/p/abc").link_artifact(artifact, "wandb-registry-model/zoo")',
        'wandb.Api().run("team-a/p/abc").log_artifact(wandb.Artifact("zoo", type="model"))',
        "from lightning.pytorch.loggers import WandbLogger\n"
        'WandbLogger(entity="team-a").link_artifact(artifact, "wandb-registry-model/zoo")',
        'wandb.init(entity="team-a", offline=True)',
        'wandb.init("training", "team-a")',
        'wandb.Api().artifact("acme/wandb-registry-model/zoo:v0").add_alias("production")',
        'wandb.Api().artifact("team-a/p/zoo", version="v0")',
        "logged = run.log_artifact(wandb.Artifact('zoo', type='model')).wait()\n"
        "logged.link('wandb-registry-model/zoo')\n"
        "logged.unlink()",
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["production"])',
        'run.link_artifact(artifact=artifact, target_path="wandb-registry-model/zoo")',
        'from pathlib import Path\nrun.link_artifact(artifact, (Path("wandb-registry-model") / "zoo").as_posix())',
        "run.link_artifact(*arguments)",
        "def publish(target=None):\n    run.link_artifact(artifact, target)",
        'wandb.run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'client.link_artifact("zoo:v0", alias="production")',
        "from lightning.pytorch.loggers import WandbLogger\n"
        'WandbLogger(entity="team-a").experiment.link_artifact(artifact, "wandb-registry-model/zoo")',
        'api = wandb.Api()\napi.run("team-a/p/abc").log_artifact(api.artifact("team-a/p/zoo:v0"), aliases=["best"])',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        if problem.kind == "no-such-call":
            site = problem.target.site if problem.target is not None else None
            owner, _, method = (site.call if site is not None else facts["call"]).rpartition(".")
            return _explain_missing({"owner": owner, "wrong": method, "accepted": ""}, "method")
        if problem.kind in ("argument", "method"):
            return _explain_missing(facts, problem.kind)
        if problem.kind in _MESSAGES:
            return _MESSAGES[problem.kind]
        if problem.kind == "too-many":
            return Message(
                say("{method} is passed more arguments than it has", method=facts["method"]),
                "it raises TypeError",
                say("its arguments are {accepted}", accepted=facts["accepted"]),
            )
        if problem.kind == "no-target":
            return Message(
                say("{method} is called without a target path", method=facts["method"]),
                "it raises TypeError",
                'write target_path="wandb-registry-NAME/COLLECTION"',
            )
        if problem.kind.endswith("-type"):
            return _explain_type(problem)
        if problem.kind == "letters":
            return Message(
                say("{string} is unpacked into its letters", string=quoted(facts["type"])),
                say("each letter becomes an alias, and the alias {string} is not set", string=quoted(facts["type"])),
                say("write aliases=[{string}]", string=quoted(facts["type"])),
            )
        if problem.kind == "name-for-artifact":
            name = quoted(facts["name"])
            return Message(
                say("{name} is a name, not an artifact", name=name),
                "link_artifact raises AttributeError",
                say("fetch it first: wandb.Api().artifact({name}).link(target_path=...)", name=name),
            )
        return _explain_command(facts["command"])

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        if site.context.expected:
            return
        if LINK_METHODS.get(site.call) == "none" or site.call == "WandbLogger.log_artifact":
            if not site.target:  # else it is judged with the target path
                yield self.report(site.place, "no-such-call", call=site.call)
        elif site.call == "wandb.Artifact" and "target_path" in site.arguments.keywords:
            yield self.report(site.arguments.keywords["target_path"][0], "target-of-artifact")
        elif site.call == "wandb.PublicRun.log_artifact":
            is_new = site.artifact is not None and site.artifact.call == "wandb.Artifact" and site.logged is None
            if is_new or "artifact_or_path" in site.arguments.certain_strings:
                yield self.report(site.place, "public-run")
        elif site.call == "wandb.Artifact.unlink":
            is_source = site.artifact is not None and site.artifact.kind in ("artifact", "log")
            if is_source and not any("link" in guard for guard in site.context.guards):
                yield self.report(site.place, "no-link")
        elif site.call in ("wandb.Run.link_artifact", "wandb.Artifact.link"):
            yield from self._check_link_arguments(site)
        for wrong, accepted in site.arguments.not_accepted.items():
            if site.call == "missing-method":
                if not site.context.is_tried and not facts.in_test:
                    owner, _, method = wrong.rpartition(".")
                    yield self.report(site.place, "method", owner=owner, wrong=method, accepted=", ".join(accepted))
            elif wrong == "*":
                yield self.report(site.place, "position", severity="warning")
            # A call that a helper of the project makes has no keywords of its own.
            elif wrong in site.arguments.keywords and (site.call, wrong) != ("wandb.Artifact", "target_path"):
                yield self._report_argument(site, wrong, accepted)
        for argument, name in site.arguments.wrong_types.items():
            kind = _TYPE_KINDS.get(argument, "path-type")
            place = site.argument if kind == "path-type" else None
            yield self.report(place or site.place, kind, type=name, call=site.kind)

    def _report_argument(self, site: Site, wrong: str, accepted: tuple[str, ...]) -> Report:
        is_list = wrong == "alias" and site.kind == "link"
        return self.report(
            site.arguments.keywords[wrong][0],
            "argument",
            fix=_write_list(site) if is_list and "aliases" not in site.arguments.names else None,
            owner=site.call if site.call.count(".") == 1 else site.call.removeprefix("wandb.").removeprefix("Run."),
            accepted=", ".join(accepted),
            wrong=wrong,
            call=site.kind,
        )

    def _check_link_arguments(self, site: Site) -> Iterator[Report]:
        method = site.call.rpartition(".")[2]
        arguments = site.arguments
        is_of_wandb = bool(site.inits or (site.call == "wandb.Artifact.link" and site.artifact))
        if "*" in arguments.names and is_of_wandb and not site.through:  # a client of their own may have more
            accepted = "target_path, aliases" if method == "link" else "artifact, target_path, aliases"
            yield self.report(site.place, "too-many", method=method, accepted=accepted)
        if not site.target and isinstance(site, Link) and site.is_without_target and not arguments.not_accepted:
            is_none = "target_path" in arguments.names
            yield self.report(site.place, "none") if is_none else self.report(site.place, "no-target", method=method)
        if "artifact" in arguments.certain_strings and arguments.strings.get("artifact"):
            yield self.report(site.place, "name-for-artifact", name=arguments.strings["artifact"][0].pattern)

    def check_command(self, command: Command, facts: FileFacts) -> Iterator[Report]:
        words = [word.literal for word in command.words[:3]]
        if words[:1] != ["wandb"] or len(words) < 2 or words[1] is None:
            return
        shown = None
        if words[1] == "artifact" and len(words) == 3:
            action = words[2] or ""
            is_word = action.replace("-", "").isalpha() and not action.startswith("-")
            shown = (
                say("wandb artifact {action}", action=action) if is_word and action not in _ARTIFACT_COMMANDS else None
            )
        elif words[1] in _NO_COMMANDS:
            shown = say("wandb {command}", command=words[1])
        if shown is not None:
            yield self.report(command.place, "command", command=shown)


def _explain_missing(facts: Mapping[str, str], kind: str) -> Message:
    """An argument that a call does not have, or a method that an object does not have."""
    from difflib import get_close_matches

    owner, wrong, accepted = facts["owner"], facts["wrong"], facts["accepted"]
    call = facts.get("call", "")
    instead_of = _INIT_HELP if call == "init" else {}
    near = next(iter(get_close_matches(wrong, [*accepted.split(", "), *instead_of], 1, _NEAR)), "")
    if wrong == "alias" and call in ("link", "log"):
        instead = say("write aliases=[...], a list")
    elif call == "consume" and wrong in ("alias", "aliases", "version", "tag"):
        instead = say('write it into the name: "NAME:ALIAS"')
    elif near in instead_of:
        instead = say("write {code}", code=instead_of[near])
    elif near:
        instead = say("did you mean {name}?", name=near)
    elif kind == "argument":
        instead = say("its arguments are {accepted}", accepted=accepted)
    elif "alias" in wrong and owner == "wandb.Artifact":
        instead = say("write {code}", code="artifact.aliases.append(ALIAS); artifact.save()")
    else:
        instead = say("write {code}", code=_LINK_WITH[owner].replace("{method}", wrong))
    if kind == "method":
        shown = say("a run of wandb.Api") if owner == "wandb.PublicRun" else owner
        what = say("{owner} has no method {method}", owner=shown, method=wrong)
        if owner == "wandb":
            what = say("wandb has no function {name}", name=wrong)
        return Message(what, "it raises AttributeError", instead)
    return Message(
        say("{method} has no argument {wrong_argument}", method=owner, wrong_argument=wrong),
        "it raises TypeError",
        instead,
    )


def _explain_command(command: str) -> Message:
    """A command that wandb does not have."""
    instead = say("in Python: wandb.Api().artifact(NAME).link(target_path=...)")
    return Message(
        say("wandb has no command `{command}`", command=command),
        "`wandb artifact` has get, put, ls and cache" if command.startswith("wandb artifact ") else None,
        say("link {instead}", instead=instead)
        if "link" in command
        else "write wandb artifact get, put or ls, or use wandb.Api()",
    )


def _explain_type(problem: Problem) -> Message:
    """A path, a name or aliases that are not strings."""
    name, path = problem.facts["type"], problem.facts.get("path", "")
    note = say("wandb raises an error, and links nothing")
    if problem.kind == "alias-type":
        return Message(
            say("an alias is of type {type}, not a string", type=name), note, say("write it as a string: str(VALUE)")
        )
    if name.startswith("list."):
        return Message(
            say("{method}() changes a list and returns None", method=name.removeprefix("list.")),
            say("no alias is set, and no error says so"),
            say("change the list before, then pass it"),
        )
    if problem.kind == "aliases-type":
        return Message(say("aliases is of type {type}, not a list of strings", type=name), note, "write aliases=[...]")
    if problem.kind == "artifact-type":
        return Message(
            say("the artifact is None") if name == "None" else say("the artifact is a {type}", type=name),
            note,
            {"method": say("call it: add ()"), "str": say("pass the artifact itself, not its name")}.get(
                name,
                say("log_model, save, add_dir and log return None, add_file a file's entry: pass the artifact itself"),
            ),
        )
    help_ = say('write target_path="wandb-registry-NAME/COLLECTION"')
    if path and is_known(path):
        help_ = say('join the names with "/": {path}', path=quoted(path))
    elif name in ("list", "tuple", "pathlib.Path"):
        help_ = say('join the names with "/"')
    elif problem.facts.get("call") == "consume":
        help_ = say('write "wandb-registry-NAME/COLLECTION:ALIAS"')
    return Message(say("the path is of type {type}, not a string", type=name), note, help_)


def _write_list(site: Site) -> Fix | None:
    """`alias="x"` -> `aliases=["x"]`, where the value is one string."""
    whole, value = site.arguments.keywords["alias"]
    start, end = whole.span, value.span
    if "alias" not in site.arguments.certain_strings or not start.line == end.line == end.end_line:
        return None
    opening = Edit(replace(start, end_line=end.line, end_column=end.column), "aliases=[")
    closing = Edit(replace(end, line=end.end_line, column=end.end_column), "]")
    return Fix("write aliases=[...]", "safe", (opening, closing))


class SwallowedLinkError(Rule):
    """A broad `except` around a link drops the error: it neither raises, nor logs, nor returns the failure.

    Every way in which a link fails then looks like success, until a user looks for the model. Let the error through,
    or log it with the path that was refused.
    """

    code = "REG604"
    name = "swallowed-link-error"
    severity = "warning"
    failures = ("C13",)
    watches = ("link.context.swallowed_by",)
    bad = (
        'try:\n    run.link_artifact(artifact, "wandb-registry-model/zoo")\nexcept Exception:\n    pass',
        "import contextlib\n"
        "import wandb\n"
        'run = wandb.init(entity="team-a")\n'
        "with contextlib.suppress(Exception):\n"
        '    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )
    good = (
        'try:\n    run.link_artifact(artifact, "wandb-registry-model/zoo")\nexcept Exception as e:\n    print(e)',
        'try:\n    run.link_artifact(artifact, "wandb-registry-model/zoo")\nexcept Exception:\n    linked = False',
        'try:\n    run.link_artifact(artifact, "wandb-registry-model/zoo")\nexcept KeyError:\n    pass',
        "def publish():\n"
        "    try:\n"
        '        run.link_artifact(artifact, "wandb-registry-model/zoo")\n'
        "    except wandb.errors.CommError:\n"
        "        return False\n"
        "    return True",
        "linked = None\n"
        "try:\n"
        '    linked = run.link_artifact(artifact, "wandb-registry-model/zoo")\n'
        "except Exception:\n"
        "    pass\n"
        "if linked is None:\n"
        '    raise SystemExit("not linked")',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            "this drops the error of a link silently",
            "a link that W&B refuses goes unnoticed",
            "let it through, or log it with the target path",
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        clause = link.context.swallowed_by
        if clause is not None and not facts.in_test:
            yield self.report(clause, related=(Related("the link", link.place),))


_HOW = {
    "mock": say("wandb is a mock"),
    "disabled": say("wandb is disabled"),
    "requests": say("requests is a mock"),
    "swallowed": say("a block around it catches its failure"),
}


class MockedLinkAssertion(Rule):
    """A test asserts a link, and cannot fail: wandb is a mock or disabled, `requests` is a mock, or a block catches it.

    Such a test compares the code with itself: a mock accepts every target path, type, alias and role, a disabled run
    returns None whatever the path, and since wandb 0.27.1 links do not go through `requests`. The test stays green when
    W&B would refuse the link. With regilink's fixture the real SDK runs against an emulated server:
    `regilink.assert_linked("wandb-registry-model/zoo")`.

    Reported in functions `test*`: an assertion on `link_artifact` or `link_model` of a mock (`assert_called_with`,
    `called`, `call_args`), and one on the result of a link, or on the operation `linkArtifact`, where the test patches
    `wandb` or `requests` or sets `WANDB_MODE=disabled`. In tests with a fixture of regilink: an assertion inside of
    `pytest.raises(Exception)` without `match`, or of `suppress(Exception)`; "nothing was linked" where the test itself
    disables wandb. Not reported where the test asserts something else.
    """

    code = "REG705"
    name = "mocked-link-assertion"
    severity = "info"
    failures = ("E1",)
    watches = ("mocked-link",)
    example = "test_train.py"
    bad = (
        "from unittest.mock import patch\n"
        "import train\n"
        "def test_publishes():\n"
        '    with patch("train.wandb") as wandb:\n'
        "        train.main()\n"
        "    run = wandb.init.return_value.__enter__.return_value\n"
        '    run.link_artifact.assert_called_once_with("zoo", "wandb-registry-model/zoo")',
        "import wandb\n"
        "def test_publishes(monkeypatch, artifact):\n"
        '    monkeypatch.setenv("WANDB_MODE", "disabled")\n'
        "    with wandb.init() as run:\n"
        "        linked = run.link_artifact(artifact, TARGET)\n"
        "    assert linked is None",
        "import responses, train, wandb\n"
        "@responses.activate\n"
        "def test_publishes():\n"
        "    train.main()\n"
        '    assert "linkArtifact" in responses.calls[0].request.body',
        "import wandb\n"
        "def test_publishes(mocker, trainer):\n"
        '    link = mocker.patch.object(wandb.Run, "link_artifact")\n'
        "    trainer.publish()\n"
        '    link.assert_called_once_with(trainer.artifact, "wandb-registry-model/zoo")\n'
        "    assert wandb.Run.link_artifact.call_count == 1",
        "import pytest, train\n"
        "def test_is_refused(regilink):\n"
        "    with pytest.raises(Exception):\n"
        '        train.main("wandb-registry-modle/zoo")\n'
        '        regilink.assert_refused("wandb-registry-modle/zoo")',
    )
    good = (
        "import train\n"
        "def test_publishes(regilink):\n"
        "    train.main()\n"
        '    regilink.assert_linked("wandb-registry-model/zoo")',
        "from unittest.mock import patch\n"
        "import train\n"
        "def test_logs_the_loss():\n"
        '    with patch("train.wandb") as wandb:\n'
        "        train.main()\n"
        "    wandb.init.return_value.log.assert_called()",
        "import responses, train, wandb\n"
        "@responses.activate\n"
        "def test_downloads_the_labels():\n"
        '    responses.get("https://example.org/labels")\n'
        "    train.main()\n"
        "    assert len(responses.calls) == 1",
        "import wandb\n"
        "def test_trains(monkeypatch, trainer):\n"
        '    monkeypatch.setenv("WANDB_MODE", "disabled")\n'
        "    trainer.main()\n"
        "    assert trainer.loss < 1",
        'import train, wandb\ndef test_the_target():\n    assert train.TARGET == "wandb-registry-model/zoo"',
    )

    def explain(self, problem: Problem) -> Message:
        if problem.kind == "swallowed":
            return Message(
                say("the test asserts a link, but {how}", how=_HOW[problem.kind]),
                "it passes when the assertion fails, or is never reached",
                "move the assertion after the block",
            )
        return Message(
            say("the test asserts a link, but {how}", how=_HOW[problem.kind]),
            "it passes whatever the target path, type and role: W&B has not judged the link",
            'use the fixture regilink: regilink.assert_linked("wandb-registry-...") after the real wandb ran',
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        yield self.report(site.place, site.arguments.strings["how"][0].pattern)
