"""What every check may look at: settings, targets, the server's facts, and what W&B would do with each target."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from regilink_doctor.client.gateway import Gateway
from regilink_doctor.client.settings import Settings
from regilink_doctor.core.checks import Sourced
from regilink_doctor.core.ledger import Verdict
from regilink_doctor.core.link_rules import Judgement, judge
from regilink_doctor.core.target_path import HOLE, LinkInput, SdkRefusal, parse, sdk_link
from regilink_doctor.core.target_path.grammar import PathError
from regilink_doctor.doctor.enquiry import Enquiry
from regilink_doctor.doctor.facts import Account, LiveDirectory
from regilink_doctor.doctor.targets import Target, distinct

DEFAULT_ENTITY = "the account's default entity"


class Context:
    """One examination of one machine and account."""

    def __init__(self, settings: Settings, targets: Collection[Target], *, timeout: float) -> None:
        self.settings = settings
        self.targets = distinct(targets)
        self.gateway = Gateway(settings.host.value, settings.credentials.key, timeout=timeout)
        self.enquiry = Enquiry(
            self.gateway,
            self._possible_entities(),
            lambda account: [link for link in map(self.link_of, self.targets) if link is not None],
            self._default_run_entity,
        )

    @property
    def directory(self) -> LiveDirectory:
        """What has been looked up."""
        return self.enquiry.directory

    @property
    def account(self) -> Account:
        """The account; only for checks that require the check `account`."""
        account = self.enquiry.account()
        if account is None:
            raise LookupError("nobody is logged in")
        return account

    def run_entity(self, target: Target | None = None) -> Sourced | None:
        """The entity that the run of `target` would have, and why: argument, code, environment or file, default.

        None: nobody sets one, and the server has not been asked or knows none.
        """
        given = self.settings.entity
        if given is not None and given.source.startswith("argument "):
            return given
        if target is not None and target.entity:
            return Sourced(target.entity, f"entity= in {target.entity_source}")
        if given is not None:
            return given
        account = self.enquiry.known_account
        if account is None or account.default_entity is None:
            return None
        return Sourced(account.default_entity, DEFAULT_ENTITY)

    def link_of(self, target: Target) -> LinkInput | None:
        """What the SDK would send for a target; None when it refuses the path, or a part of it is not known."""
        made = self.sdk_link(target)
        return made if isinstance(made, LinkInput) else None

    def sdk_link(self, target: Target) -> LinkInput | SdkRefusal | None:
        """What the SDK makes of a target; None when a part of the path is not known."""
        if not target.known:
            return None
        entity = self.run_entity(target)
        return sdk_link(target.text, target.call, entity.value if entity else HOLE, self._project(target), self._env())

    def judgement(self, target: Target) -> Judgement:
        """What W&B would do with a target. Looks up what it needs."""
        made = self.sdk_link(target)
        if isinstance(made, SdkRefusal):
            return Judgement(Verdict("refused", made.code, made.row, made.text, made.fields))
        if made is None:
            return Judgement(Verdict("unknown"))
        self.enquiry.links_looked_up()
        return judge(made, self.directory, target.artifact_type)

    def links_registry(self, target: Target) -> bool:
        """Whether the SDK takes the path for that of a registry. Needs no server."""
        try:
            return parse(target.text).is_registry
        except PathError:
            return False

    def _project(self, target: Target) -> str:
        given = self.settings.project
        if given is not None and given.source.startswith("argument "):
            return given.value
        return target.project or (given.value if given else "uncategorized")

    def _env(self) -> Mapping[str, str]:
        found = {"WANDB_PROJECT": self.settings.project, "WANDB_ORGANIZATION": self.settings.organization}
        return {name: each.value for name, each in found.items() if each is not None}

    def _default_run_entity(self, account: Account) -> str | None:
        entity = self.run_entity()
        return entity.value if entity else None

    def _possible_entities(self) -> set[str]:
        """Everything that may be an entity and is known before anything is asked."""
        names = {target.entity for target in self.targets if target.entity}
        for given in (self.settings.entity, self.settings.organization):
            if given is not None:
                names.add(given.value)
        names.update(_first_part(target.text) for target in self.targets)
        return names


def _first_part(text: str) -> str:
    """The part of a path where an organization or entity belongs; empty without one."""
    try:
        return parse(text).prefix or ""
    except PathError:
        return ""
