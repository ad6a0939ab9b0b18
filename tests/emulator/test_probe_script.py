"""The steps of `regilink doctor --write-probe`, with the real wandb in this process."""

from typing import Any

import pytest
from serving import Server

from regilink_doctor.doctor.probe import script

PLAN = {
    "entity": "team-a",
    "project": "churn",
    "run": "regilink-probe-1",
    "artifact": "regilink-probe-1",
    "type": "model",
    "token": "0123456789",
    "target": "wandb-registry-model/regilink-probe-1",
    "full_name": "acme/wandb-registry-model/regilink-probe-1",
}


class Steps(list[tuple[str, dict[str, Any]]]):
    """What the script says that it does."""

    def __call__(self, step: str, **more: Any) -> None:
        self.append((step, more))

    @property
    def names(self) -> list[str]:
        return [step for step, _ in self]

    @property
    def missed(self) -> list[str]:
        return [step for step, more in self if "missed" in more]


def test_the_link_comes_back_and_everything_can_be_deleted(server: Server) -> None:
    import wandb

    steps = Steps()
    script.write_link(PLAN, wandb, steps)
    assert steps.names == ["start the run", "log the artifact", "link it", "fetch it back", "unlink it", "done"]
    assert server.link.destination == PLAN["full_name"]
    cleaned = Steps()
    script.clean_up(PLAN, wandb, cleaned)
    assert cleaned.names == ["delete the collection", "delete the artifact", "delete the run"]
    assert cleaned.missed == []
    project = server.world.entities["team-a"].projects["churn"]
    assert not project.runs
    assert [item for item in project.collections.values() if item.state != "DELETED"] == []


def test_a_version_with_other_content_is_not_taken_for_the_one_that_was_linked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    import wandb

    download = wandb.Artifact.download

    def tampering(self: Any, root: str) -> str:
        folder = str(download(self, root=root))
        with open(f"{folder}/probe.txt", "w", encoding="utf-8") as file:
            file.write("something else")
        return folder

    monkeypatch.setattr(wandb.Artifact, "download", tampering)
    steps = Steps()
    with pytest.raises(ValueError, match="what came back is not what was linked"):
        script.write_link(PLAN, wandb, steps)
    assert steps.names[-1] == "fetch it back"


def test_what_cannot_be_deleted_is_reported_and_the_rest_is_deleted(server: Server) -> None:
    import wandb

    script.write_link(PLAN, wandb, Steps())
    server.emulator.fault("refuse", operation="deleteArtifactPortfolio", message="no")
    steps = Steps()
    script.clean_up(PLAN, wandb, steps)
    assert steps.names == ["delete the collection", "delete the artifact", "delete the run"]
    assert steps.missed == ["delete the collection"]
    assert not server.world.entities["team-a"].projects["churn"].runs


def test_a_link_that_is_refused_ends_the_steps_there(server: Server) -> None:
    import wandb

    server.emulator.fault("refuse", operation="linkArtifact", message="your plan has no seats left")
    steps = Steps()
    with pytest.raises(wandb.errors.CommError, match="no seats left"):
        script.write_link(PLAN, wandb, steps)
    assert steps.names[-1] == "link it"
