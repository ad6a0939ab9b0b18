"""REG512."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.target_path import is_known
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import registry_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Consume
    from regilink_doctor.rules.base import FileFacts, Report


class ErrorMeansMissing(Rule):
    """An `except` answers every error of a fetch with False or None, as if the version were not there.

    W&B raises the same CommError when a version is missing, when the account may not read it, when the key is wrong and
    when the network fails. A program that links what is "not there" then links again and again. Look at the message,
    and let every other error through.
    """

    code = "REG512"
    name = "error-means-missing"
    severity = "info"
    failures = ("D16",)
    watches = ("consume",)
    bad = (
        "import wandb\n"
        "def exists():\n"
        "    try:\n"
        '        wandb.Api(overrides={"entity": "team-a"}).artifact("wandb-registry-model/zoo:v0")\n'
        "    except wandb.errors.CommError:\n"
        "        return False\n"
        "    return True",
    )
    good = (
        "import wandb\n"
        "def exists():\n"
        "    try:\n"
        '        wandb.Api(overrides={"entity": "team-a"}).artifact("wandb-registry-model/zoo:v0")\n'
        "    except wandb.errors.CommError as error:\n"
        '        if "not found" in str(error):\n'
        "            return False\n"
        "        raise\n"
        "    return True",
        "import wandb\n"
        "def exists():\n"
        "    try:\n"
        '        wandb.Api().artifact("team-a/training/zoo:v0")\n'
        "    except wandb.errors.CommError:\n"
        "        return False\n"
        "    return True",
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            "this treats every error of W&B as a version that does not exist",
            "it may be forbidden, or asked with a wrong key or without a network",
            'return only where "not found" is in the message, and raise everything else',
        )

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        clause = consume.context.denied_by
        if clause is None or facts.in_test or not self._may_be_registry_name(consume, facts):
            return
        yield self.report(clause, related=(Related("the fetch", consume.place),))

    @staticmethod
    def _may_be_registry_name(consume: Consume, facts: FileFacts) -> bool:
        """A name of a registry, or an unknown one in a file about registries."""
        for name in consume.target:
            if registry_path(name) or (not is_known(name.pattern[:1]) and facts.mentions(REGISTRY_PREFIX)):
                return True
        return False
