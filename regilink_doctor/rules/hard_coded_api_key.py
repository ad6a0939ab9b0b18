"""REG704."""

from __future__ import annotations

from regilink_doctor.core.findings import Message
from regilink_doctor.core.phrases import say
from regilink_doctor.core.text import is_key, mark_public, remember_secret
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import certain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Command, Setting, Site
    from regilink_doctor.rules.base import FileFacts, Report

_ELSEWHERE = say("delete the key in the W&B App, and read the new one from the environment, or use wandb login")
_IN_LOCAL_FILE = say(
    "add this file to .gitignore; if it was ever committed, delete the key in the W&B App and make a new one"
)

mark_public("9f2c41d07be85a36c1d09e7f4b2a8c6d5e3f1a70")  # the key of the examples: the page of the rule shows it


class HardCodedApiKey(Rule):
    """A W&B API key is written in a file.

    Anyone who can read the file can act as the key's owner, and colleagues link under another name without knowing.
    Delete the key in the W&B App (it stays in the history of git), and read the new one from the environment or
    `wandb login`. Reported only where a string is used or named as W&B's key: forty hexadecimal digits alone
    may be a commit.
    """

    code = "REG704"
    name = "hard-coded-api-key"
    severity = "error"
    failures = ("E2", "F11")
    watches = ("init.api_key", "command", "WANDB_API_KEY", "wandb.Api", "wandb.login")
    bad = (
        'wandb.login(key="9f2c41d07be85a36c1d09e7f4b2a8c6d5e3f1a70")',
        'import os\nos.environ["WANDB_API_KEY"] = "9f2c41d07be85a36c1d09e7f4b2a8c6d5e3f1a70"',
        'KEY = "9f2c41d07be85a36c1d09e7f4b2a8c6d5e3f1a70"\nwandb.Api(api_key=KEY)',
        'WANDB_API_KEY = "9f2c41d07be85a36c1d09e7f4b2a8c6d5e3f1a70"',
    )
    good = (
        'import os\nwandb.login(key=os.environ["WANDB_API_KEY"])',
        'COMMIT = "9f2c41d07be85a36c1d09e7f4b2a8c6d5e3f1a70"',
        'import os\nos.environ["WANDB_API_KEY"] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"',
        'wandb.login(key="your-api-key")',
    )

    def explain(self, problem: Problem) -> Message:
        file = problem.facts.get("file")
        return Message(
            say("a W&B API key is written in {file}", file=file) if file else say("a W&B API key is written here"),
            "anyone who can read the file can act as the key's owner",
            _IN_LOCAL_FILE if problem.kind == "dotenv" else _ELSEWHERE,
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        for name in ("key", "api_key"):
            for string in site.arguments.strings.get(name, ()):
                file = string.place.path
                if string.literal is None or not is_key(string.literal):
                    continue
                remember_secret(string.literal)
                if file == site.place.path:
                    yield self.report(string.place)
                else:
                    kind = "dotenv" if "/.env" in f"/{file}" else ""
                    yield self.report(None, kind, string=string, argument=name, file=file)

    def check_command(self, command: Command, facts: FileFacts) -> Iterator[Report]:
        """`wandb login KEY`, `docker run -e WANDB_API_KEY=KEY`, and options: `--wandb_key KEY`, `wandb.api_key=KEY`."""
        words = [word.literal or "" for word in command.words]
        login = "login" in words and any(word.rpartition("/")[2] == "wandb" for word in words)
        before = ""
        for word, literal in zip(command.words, words, strict=True):
            name, _, value = literal.rpartition("=")
            if is_key(value) and (login or _names_key(name or before)):
                remember_secret(value)
                yield self.report(word.place_of(len(name) + bool(name), len(literal)), "command")
            before = literal

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Report]:
        # A default is a string of its own: `os.environ.get("WANDB_API_KEY", KEY)`.
        literals = [certain((string,)) for string in setting.value]
        if keys := [literal for literal in literals if literal and is_key(literal)]:
            remember_secret(keys[0])
            yield self.report(setting.place, setting.how)


def _names_key(name: str) -> bool:
    """Whether an option, a variable or a path of a configuration has the name of W&B's key: `--wandb_key`."""
    return "wandb" in name.lower() and name.lower().endswith(("key", "token"))
