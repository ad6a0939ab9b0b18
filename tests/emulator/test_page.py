"""The pages for people, over HTTP: as an HTML parser reads them, and as a browser shows them."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from browser import BROWSER, show_page
from serving import Server

from regilink_doctor.emulator import Emulator, World

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
HOSTILE = "<script>document.title='owned'</script>\x1b[31m\u202e&"


class Page(HTMLParser):
    """The elements, the visible text and the links of a page."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.targets: list[str] = []
        self.feed(response.text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.targets += [value or "" for name, value in attributes if name == "href"]

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def read(url: str) -> Page:
    response = requests.get(url, headers=HTML, timeout=10)
    assert response.status_code == 200
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert response.headers["X-Frame-Options"] == "DENY"
    return Page(response)


def link_something(server: Server, tmp_path: Path) -> str:
    """Log and link with the real wandb; the address that it prints for the run."""
    import wandb

    server.world.automation("deploy", registry="model", on="alias", alias="production")
    server.emulator.fault("delay", "download", seconds=0.01)
    with wandb.init(project="training", config={"rate": 0.1, "<b>": "bold"}) as run:
        run.log({"loss": 0.5})
        artifact = wandb.Artifact("zoo", type="model")
        path = tmp_path / "weights"
        path.write_text("weights", encoding="utf-8")
        artifact.add_file(str(path))
        run.log_artifact(artifact).wait()
        run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["production"])
        run.link_artifact(artifact, "model/zoo")
        return str(run.url)


def test_the_pages_show_world_runs_ledger_and_faults(server: Server, tmp_path: Path) -> None:
    url = link_something(server, tmp_path)
    overview = read(server.emulator.url)
    for text in (
        "linked wandb-registry-model/zoo acme/wandb-registry-model/zoo:v0 production",
        "misplaced model/zoo team-a/model/zoo:v0",
        "finished team-a/training/",
        "Acme Inc acme team-a",
        "zoo (1 version) : latest v0, production v0".replace(" :", ":"),
        "deploy ADD_ARTIFACT_ALIAS acme/wandb-registry-model/zoo:v0",
        "delay download 0",
    ):
        assert text in overview.text
    run_page = read(url)
    for text in ("State finished", "rate 0.1", "<b> bold", "loss 0.5", "team-a/training/zoo:v0 model 7"):
        assert text in run_page.text
    assert "b" not in run_page.tags
    assert urlsplit(url).path in overview.targets
    project = read(f"{server.emulator.url}/team-a/training")
    assert "zoo model 1 latest v0" in project.text
    assert urlsplit(url).path in project.targets
    for target in {*overview.targets, *run_page.targets, *project.targets}:
        assert requests.get(server.emulator.url + target, headers=HTML, timeout=10).status_code == 200


def test_the_address_of_a_sweep_opens_the_sweeps_of_its_project(server: Server) -> None:
    config = {"method": "grid", "name": "rates", "parameters": {"lr": {"values": [1, 2]}}}
    values = {"config": json.dumps(config), "entityName": "team-a", "projectName": "training"}
    query = "mutation M($input: UpsertSweepInput!) { upsertSweep(input: $input) { sweep { name } } }"
    name = server.ask(query, input=values)["upsertSweep"]["sweep"]["name"]
    text = read(f"{server.emulator.url}/team-a/training/sweeps/{name}").text
    assert f"pending {name} grid 0" in text


def test_the_addresses_of_artifacts_open_their_project_or_registry(server: Server) -> None:
    server.world.collection("zoo", registry="model", versions=1)
    linked = server.api().artifact("acme/wandb-registry-model/zoo:v0")
    assert "/registry/model" in linked.url
    assert "zoo model 1 latest v0" in read(linked.url).text
    source = linked.source_artifact
    assert "/artifacts/" in source.url
    assert source.name.partition(":")[0] in read(source.url).text


def test_names_do_not_control_the_page(server: Server) -> None:
    server.world.organization(HOSTILE, entity="hostile")
    server.world.collection(HOSTILE, registry="model")
    page = read(server.emulator.url)
    assert "script" not in page.tags
    assert page.text.count("<script>document.title='owned'</script>\\x1b[31m\\u202e&") == 2


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_a_browser_shows_it_and_runs_nothing(server: Server, tmp_path: Path) -> None:
    server.world.collection(HOSTILE, registry="model")
    server.world.collection("zoo", registry="model", versions=3, aliases=["production"])
    shown = show_page(server.emulator.url, tmp_path, "--dump-dom")
    assert "<title>regilink emulator</title>" in shown
    assert "zoo (3 versions): latest v2, production v2" in shown


def test_a_long_list_is_cut_and_a_large_collection_is_not_created() -> None:
    world = World.default()
    world.collection("large", registry="model", versions=100_000)
    for number in range(250):
        world.team(f"team-{number}")
        world.artifact("zoo", entity=f"team-{number}")
    created = len(world.artifacts)
    with Emulator(world) as emulator:
        text = read(emulator.url).text
    assert "large (100,000 versions)" in text
    assert "and 51 more" in text
    assert len(world.artifacts) == created


@pytest.mark.parametrize("path", ["/nobody", "/team-a/nothing", "/team-a/nothing/runs/x", "/%00/<b>"])
def test_what_is_not_there_is_404_in_words(server: Server, path: str) -> None:
    response = requests.get(server.emulator.url + path, headers=HTML, timeout=10)
    assert response.status_code == 404
    assert "nothing of this name" in Page(response).text


def test_programs_get_json_as_before(server: Server) -> None:
    assert requests.get(server.emulator.url, timeout=10).json() == {"regilink": "emulator"}


def test_beyond_this_machine_the_page_wants_a_key() -> None:
    with Emulator(host="0.0.0.0") as emulator:
        key = emulator.world.users["alice"].key
        for path in ("/", "/team-a/uncategorized"):
            refused = requests.get(emulator.url + path, headers=HTML, timeout=10)
            assert refused.status_code == 401
            assert refused.headers["WWW-Authenticate"].startswith("Basic ")
            assert "acme" not in refused.text
        shown = requests.get(emulator.url, headers=HTML, auth=("alice", key), timeout=10)
        assert "Acme Inc" in shown.text
        assert requests.get(emulator.url, headers=HTML, auth=("alice", "f" * 40), timeout=10).status_code == 401
