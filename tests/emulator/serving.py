"""What the tests of this folder have in hand."""

from typing import Any

from regilink_doctor.core.ledger import LinkAttempt
from regilink_doctor.emulator import Emulator, World


class Server:
    """The emulator with a fresh world, and the real wandb that talks to it."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    @property
    def world(self) -> World:
        return self.emulator.world

    @property
    def links(self) -> tuple[LinkAttempt, ...]:
        return self.emulator.ledger.links

    @property
    def link(self) -> LinkAttempt:
        """The only attempt."""
        (attempt,) = self.links
        return attempt

    def api(self, user: str = "alice", **overrides: str) -> Any:
        import wandb

        return wandb.Api(overrides=overrides, api_key=self.world.users[user].key)

    def ask(self, query: str, user: str = "alice", **variables: Any) -> Any:
        """The data of a GraphQL answer; an answer with errors fails the test."""
        answer = self._post(query, user, variables)
        assert "errors" not in answer, answer
        return answer["data"]

    def errors(self, query: str, user: str = "alice", **variables: Any) -> list[str]:
        """The messages of a GraphQL answer."""
        return [each["message"] for each in self._post(query, user, variables)["errors"]]

    def _post(self, query: str, user: str, variables: dict[str, Any]) -> Any:
        import requests

        return requests.post(
            f"{self.emulator.url}/graphql",
            json={"query": query, "variables": variables},
            auth=("api", self.world.users[user].key),
            timeout=30,
        ).json()

    def logged(
        self,
        type: str = "model",
        *,
        entity: str = "team-a",
        project: str = "proj",
        name: str = "zoo",
        user: str = "alice",
        files: dict[str, bytes] | None = None,
    ) -> Any:
        """A version that is there, as `wandb.Api` of that user gives it."""
        version = self.world.artifact(name, entity=entity, project=project, type=type, files=files)
        return self.api(user, entity=entity).artifact(version.source_name)
