"""What every workflow that asks the live server begins with: settings as wandb would take them, and who asks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regilink_doctor.client.connection_errors import ServerConnectionError
from regilink_doctor.client.gateway import Gateway
from regilink_doctor.client.hosts import without_login
from regilink_doctor.client.queries import Field, account_fields, ask, entity_names
from regilink_doctor.client.settings import Settings, SettingsProblem, read_settings
from regilink_doctor.core.organization_view import OrganizationNames
from regilink_doctor.core.origin import Configured, Keyword, Setting
from regilink_doctor.core.records import record
from regilink_doctor.core.text import clean_message
from regilink_doctor.doctor.facts import Account, account_of, entity_of
from regilink_doctor.rules.connection import connection_message

if TYPE_CHECKING:
    from regilink_doctor.config import Config


@record
class ServerAccess:
    """How the live server is reached.

    `host` is the server; None: as wandb would take it, else that of the configuration. `cwd` is the folder that the
    program would be started in (the current one), `environ` its environment (that of this process), `python` an
    interpreter or environment whose wandb counts (None: the active one). `timeout` are seconds for each request.
    `config` names the host and the entity where wandb would find none.
    """

    host: str | Setting[str] | None = None
    cwd: str | Path | None = None
    environ: Mapping[str, str] | None = None
    python: str | Path | None = None
    timeout: float = 10.0
    config: Config | None = None

    @property
    def folder(self) -> Path:
        """The folder that the program would be started in."""
        return Path(self.cwd or Path.cwd()).absolute()

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment of the program."""
        return os.environ if self.environ is None else self.environ

    def read_settings(self, arguments: Mapping[str, str | Setting[str] | None] | None = None) -> Settings:
        """The settings of wandb there: an argument comes first, then what wandb would find, then the configuration.

        Args:
            arguments: what replaces entity, project and organization, by these names; a string is of a call in Python.
        """
        values = {"host": self.host or None, **(arguments or {})}
        settings = {
            name: value if isinstance(value, Setting) else Setting(value, Keyword(f"{name}="))
            for name, value in values.items()
            if value is not None
        }
        return read_settings(
            cwd=self.folder,
            environ=self.variables,
            python=None if self.python is None else os.fspath(self.python),
            arguments=settings,
            expected=self._read_configuration(),
        )

    def _read_configuration(self) -> dict[str, Setting[str]]:
        if self.config is None:
            return {}
        values = {"host": self.config.host, "entity": self.config.entity}
        return {
            name: Setting(value, Configured(self.config.name_source(name), name))
            for name, value in values.items()
            if value
        }


class Unanswered(Exception):
    """The server could not be asked, or not for this. `help` says what to do about it."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(clean_message(message))
        self.help = clean_message(help)


@contextmanager
def answered() -> Iterator[None]:
    """Turn whatever goes wrong on the way to the server into an `Unanswered` with its cause.

    Raises:
        Unanswered: instead of a `ServerConnectionError`.
    """
    try:
        yield
    except ServerConnectionError as fault:
        message = connection_message(fault.problem)
        raise Unanswered(message.text, message.help or "") from None


class ServerSession:
    """Whose questions they are, and whom they go to.

    `data` is the answer to the first request: who asks, what the server can do, the entities in question.
    `run_entity` is the entity that a run would have.

    Raises:
        ServerConnectionError: no usable answer. Unanswered: nobody is logged in.
    """

    def __init__(self, access: ServerAccess, *, more: Sequence[Field] = ()) -> None:
        self.settings = access.read_settings()
        if (problem := self.settings.unreachable) is not None:
            raise Unanswered(f"{self._shown(problem)} {problem.what}", problem.help)
        self.gateway = Gateway(
            self.settings.host, self.settings.credentials.key, route=self.settings.route, timeout=access.timeout
        )
        entity = self.settings.entity.value if self.settings.entity else None
        names = [entity] if entity else []
        self.data: Mapping[str, Any] = ask(self.gateway, "RegilinkAccount", (*account_fields(names), *more)).data
        account = account_of(self.data.get("viewer"))
        if account is None:
            origin = self.settings.credentials.origin
            why = f"does not know this key ({origin.shown})" if origin is not None else "was asked without a key"
            raise Unanswered(f"{self.gateway.shown} {why}", "`regilink doctor` says where wandb looks for one")
        self.account: Account = account
        self.run_entity = entity or account.default_entity or account.username
        self.organizations = self._organizations(entity, names)

    def _shown(self, problem: SettingsProblem) -> str:
        """The value that is wrong and its origin; a proxy's address is left out, for it may have a password in it."""
        if problem.setting == "proxy":
            return problem.origin.shown
        return f"{without_login(self.settings.host.value)} ({problem.origin.setting})"

    def every_organization(self) -> tuple[OrganizationNames, ...]:
        """All organizations that the account or one of its teams belongs to."""
        teams = (team.organization for team in self.account.teams if team.organization is not None)
        return tuple(dict.fromkeys([*(self.account.organizations or ()), *self.organizations, *teams]))

    def _organizations(self, entity: str | None, names: Sequence[str]) -> tuple[OrganizationNames, ...]:
        """Those of the entity that a run would have: one of a team, any number of a person."""
        if entity is not None:
            facts = entity_of(entity, self.data.get(entity_names(names)[entity]))
            return facts.organizations if facts is not None else ()
        if self.account.default_entity == self.account.username:  # which W&B counts among the teams
            return self.account.organizations or ()
        mine = (team for team in self.account.teams if team.name == self.account.default_entity)
        return tuple(team.organization for team in mine if team.organization is not None)
