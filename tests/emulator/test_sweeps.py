"""Sweeps: the real SDK creates them, its agents run what the emulator says, and a train function links."""

import gc
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import Server

from regilink_doctor.emulator.world.model import Agent, Run, Sweep
from regilink_doctor.emulator.world.sweeps import heartbeat

# wandb's own command line warns about itself, and leaves the file open.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

GRID = {
    "method": "grid",
    "name": "learning rates",
    "metric": {"name": "loss", "goal": "minimize"},
    "parameters": {"lr": {"values": [0.3, 0.1]}, "batch": {"value": 4}},
}


@pytest.fixture(autouse=True)
def agents_leave_nothing() -> Iterator[None]:
    """wandb keeps the parameters of an agent's last run for every later run of the process, and their file open."""
    yield
    if "wandb" in sys.modules:
        sys.modules["wandb"].teardown()
        gc.collect(1)  # what has just been made


@pytest.fixture
def quick_agents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Agents that ask again at once."""
    from wandb.agents import pyagent

    monkeypatch.setattr(pyagent.Agent, "HEARTBEAT_SLEEP_SECONDS", 0.05, raising=False)


def made(server: Server, config: Any = GRID, **more: Any) -> Sweep:
    values = {"config": json.dumps(config), "entityName": "team-a", "projectName": "proj", **more}
    server.ask("mutation M($input: UpsertSweepInput!) { upsertSweep(input: $input) { sweep { name } } }", input=values)
    return next(reversed(server.world.entities["team-a"].projects["proj"].sweeps.values()))


def agent_of(server: Server, sweep: Sweep) -> Agent:
    values = {"host": "h", "sweep": sweep.name, "entityName": "team-a", "projectName": "proj"}
    query = "mutation M($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }"
    found = server.world.by_id(server.ask(query, input=values)["createAgent"]["agent"]["id"], Agent)
    assert found is not None
    return found


def begin(server: Server, sweep: Sweep, command: dict[str, Any], **values: Any) -> Run:
    """What a run that was handed out does: it begins."""
    run = {"name": command["run_id"], "entityName": "team-a", "modelName": "proj", "sweep": sweep.name, **values}
    server.ask("mutation M($input: UpsertBucketInput!) { upsertBucket(input: $input) { inserted } }", input=run)
    return sweep.project.runs[command["run_id"]]


def test_a_train_function_that_links_is_run_for_each_point_of_the_grid(server: Server, quick_agents: None) -> None:
    import wandb

    tried = []

    def train() -> None:
        with wandb.init() as run:
            tried.append((run.config.lr, run.config.batch))
            run.log({"loss": run.config.lr * 2})
            artifact = wandb.Artifact("zoo", type="model", metadata={"lr": run.config.lr})
            run.link_artifact(run.log_artifact(artifact), "wandb-registry-model/zoo", aliases=["candidate"])

    name = wandb.sweep(GRID, entity="team-a", project="proj")
    wandb.agent(name, function=train, entity="team-a", project="proj", count=2)
    assert tried == [(0.3, 4), (0.1, 4)]
    assert [(each.verdict, each.requested) for each in server.links] == [("linked", "wandb-registry-model/zoo")] * 2

    found = server.api().sweep(f"team-a/proj/{name}")
    assert (found.state, found.name, found.expected_run_count) == ("RUNNING", "learning rates", 2)
    assert found.best_run().config["lr"] == 0.1
    assert len(found.runs) == 2
    (listed,) = server.api().project("proj", "team-a").sweeps()
    assert listed.id == name
    run = server.api().run(f"team-a/proj/{found.best_run().id}")
    assert run.sweep_name == name


def test_the_command_line_makes_pauses_and_ends_a_sweep(server: Server, tmp_path: Path) -> None:
    from click.testing import CliRunner
    from wandb.cli.cli import cli

    (tmp_path / "sweep.yaml").write_text(
        "method: random\nprogram: train.py\nparameters:\n  lr:\n    min: 0.0\n    max: 1.0\n",
        encoding="utf-8",
    )

    def run(*words: str) -> str:
        result = CliRunner().invoke(cli, ["sweep", *words])
        assert result.exit_code == 0, (result.output, result.exception)
        return str(result.output)

    run("--project", "proj", "--entity", "team-a", "sweep.yaml")
    (sweep,) = server.world.entities["team-a"].projects["proj"].sweeps.values()
    path = f"team-a/proj/{sweep.name}"
    for option, state in (("--resume", "RUNNING"), ("--pause", "PAUSED"), ("--stop", "FINISHED")):
        run(option, path)
        assert sweep.state == state
    assert CliRunner().invoke(cli, ["sweep", "--cancel", path]).exit_code != 0


@pytest.mark.slow
def test_wandb_agent_starts_the_program_of_the_sweep_with_its_values(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wandb import wandb_agent

    program = tmp_path / "train.py"
    program.write_text("import sys; open('tried.txt', 'a').write(f'{sys.argv[1:]}')", encoding="utf-8")
    config = {**GRID, "program": str(program), "command": [sys.executable, "${program}", "${args}"]}
    name = f"team-a/proj/{made(server, config).name}"
    monkeypatch.setattr(wandb_agent.Agent, "POLL_INTERVAL", 0.05)
    for variable in ("WANDB_SWEEP_ID", "WANDB_RUN_ID", "WANDB_SWEEP_PARAM_PATH"):  # the agent sets and leaves them
        monkeypatch.setenv(variable, "")
        monkeypatch.delenv(variable)
    wandb_agent.run_agent(name)
    assert Path("tried.txt").read_text(encoding="utf-8") == "['--batch=4', '--lr=0.3']['--batch=4', '--lr=0.1']"


def test_an_agent_gets_one_run_at_a_time_and_waits_while_the_sweep_is_paused(server: Server) -> None:
    sweep = made(server)
    agent = agent_of(server, sweep)
    (first,) = heartbeat(agent, {})
    assert (first["type"], first["args"]) == ("run", {"batch": {"value": 4}, "lr": {"value": 0.3}})
    assert heartbeat(agent, {first["run_id"]: True}) == []
    sweep.state = "PAUSED"
    assert heartbeat(agent, {}) == []
    sweep.state = "RUNNING"
    run = begin(server, sweep, first, state="finished")
    (second,) = heartbeat(agent, {})
    assert second["args"]["lr"] == {"value": 0.1}
    begin(server, sweep, second, state="finished")
    assert heartbeat(agent, {}) == [{"type": "exit"}]
    assert (sweep.state, run.sweep) == ("FINISHED", sweep.name)


def test_two_agents_share_a_grid(server: Server) -> None:
    sweep = made(server)
    commands = [heartbeat(agent_of(server, sweep), {})[0] for _ in range(3)]
    assert [each["type"] for each in commands] == ["run", "run", "exit"]
    assert commands[0]["args"] != commands[1]["args"]
    assert sweep.state == "RUNNING", "its runs are not over"


def test_a_canceled_sweep_stops_its_runs_and_a_deleted_one_is_not_found(server: Server) -> None:
    sweep = made(server)
    agent = agent_of(server, sweep)
    (command,) = heartbeat(agent, {})
    sweep.state = "CANCELED"
    active = {command["run_id"]: True}
    assert heartbeat(agent, active) == [{"type": "stop", "run_id": command["run_id"]}, {"type": "exit"}]
    server.ask("mutation M($id: ID!) { deleteSweep(input: {id: $id}) { success } }", id=sweep.id)
    query = "mutation M($id: ID!) { agentHeartbeat(input: {id: $id}) { commands } }"
    assert server.errors(query, id=agent.id) == ["sweep not found"]


def test_a_cap_ends_a_random_search_and_the_same_sweep_tries_the_same_values(server: Server) -> None:
    config = {"method": "random", "run_cap": 3, "parameters": {"lr": {"min": 0.0, "max": 1.0}}}

    def values() -> list[float]:
        sweep = made(server, config)
        agent, found = agent_of(server, sweep), []
        while (command := heartbeat(agent, {})[0])["type"] == "run":
            found.append(command["args"]["lr"]["value"])
        return found

    first = values()
    assert len(set(first)) == 3
    assert values() == first


def test_runs_from_before_count_as_tried(server: Server) -> None:
    server.world.team("team-a")
    values = {"name": "old", "entityName": "team-a", "modelName": "proj"}
    config = json.dumps({"lr": {"value": 0.3}, "batch": {"value": 4}})
    query = "mutation M($input: UpsertBucketInput!) { upsertBucket(input: $input) { inserted } }"
    server.ask(query, input={**values, "config": config})
    sweep = made(server, priorRunsFilters=json.dumps({"$or": [{"name": "old"}]}))
    (command,) = heartbeat(agent_of(server, sweep), {})
    assert command["args"]["lr"] == {"value": 0.1}


def test_hyperband_stops_a_run_and_a_preempted_one_is_resumed(server: Server) -> None:
    sweep = made(server, {**GRID, "early_terminate": {"type": "hyperband", "min_iter": 1}})
    agent = agent_of(server, sweep)
    (good,) = heartbeat(agent, {})
    begin(server, sweep, good, state="finished").history[:] = [json.dumps({"_step": 0, "loss": 1})]
    (bad,) = heartbeat(agent, {})
    run = begin(server, sweep, bad)
    run.history[:] = [json.dumps({"_step": 0, "loss": 9})]
    assert heartbeat(agent, {run.name: True}) == [{"type": "stop", "run_id": run.name}]
    run.state = "preempted"
    (command,) = heartbeat(agent, {})
    assert (command["type"], command["run_id"]) == ("resume", run.name)


def test_who_may_not_write_makes_no_sweep_and_nonsense_is_refused(server: Server) -> None:
    server.world.user("eve", organizations=["Acme Inc"])
    query = "mutation M($input: UpsertSweepInput!) { upsertSweep(input: $input) { sweep { name } } }"
    values = {"config": json.dumps(GRID), "entityName": "team-a", "projectName": "proj"}
    assert server.errors(query, user="eve", input=values)
    assert "Invalid sweep config" in server.errors(query, input={**values, "config": "- 1"})[0]
    assert "Invalid sweep config" in server.errors(query, input={**values, "config": "a: [b"})[0]
    assert server.world.find_project("team-a", "proj") is None


def test_an_agent_of_a_sweep_that_is_not_there(server: Server) -> None:
    import wandb

    with pytest.raises(Exception, match=r"not found|nope"):
        wandb.agent("nope", function=print, entity="team-a", project="proj")
