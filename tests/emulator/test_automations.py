"""Automations: the real SDK makes, lists, changes and deletes them, and links, aliases and runs trigger them."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import wandb
from serving import Server
from wandb import automations

from regilink_doctor.emulator.world.automations import fill_template
from regilink_doctor.emulator.world.model import Collection, Webhook

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def zoo(server: Server) -> Collection:
    return server.world.collection("zoo", registry="model")


def scope_of(server: Server, collection: Collection) -> Any:
    return server.api().artifact_collection(collection.type, collection.path)


def events(server: Server) -> list[tuple[str, str, str | None]]:
    return [(each.automation, each.event, each.alias) for each in server.emulator.ledger.triggered]


def test_an_automation_is_made_listed_changed_and_deleted(server: Server, zoo: Collection) -> None:
    api = server.api()
    event = automations.OnAddArtifactAlias(
        scope=scope_of(server, zoo), filter=automations.ArtifactEvent.alias.eq("production")
    )
    made = api.create_automation(event >> automations.DoNothing(), name="deploy", description="to the cluster")
    assert (made.name, made.scope.name, made.enabled) == ("deploy", "zoo", True)
    (stored,) = server.world.automations.values()
    assert json.loads(stored.filter) == {"$or": [{"$and": [{"alias": {"$eq": "production"}}]}]}
    assert [each.name for each in api.automations(entity="acme")] == ["deploy"]
    assert api.automation(name="deploy").description == "to the cluster"

    with pytest.raises(Exception, match="exists"):
        api.create_automation(event >> automations.DoNothing(), name="deploy")
    assert api.create_automation(event >> automations.DoNothing(), name="deploy", fetch_existing=True).id == made.id

    changed = api.update_automation(made, enabled=False, description="off")
    assert (changed.enabled, changed.description) == (False, "off")
    assert api.delete_automation(made)
    assert server.world.automations == {}


def test_a_link_and_an_alias_trigger_and_the_ledger_has_it(server: Server, zoo: Collection) -> None:
    server.world.automation("on-link", registry="model", collection="zoo")
    server.world.automation("on-any-link", registry="model")
    server.world.automation("elsewhere", registry="dataset")
    server.world.automation("on-production", registry="model", collection="zoo", on="alias", alias="production")
    with wandb.init(entity="team-a", project="proj") as run:
        artifact = run.log_artifact(wandb.Artifact("zoo", "model"))
        linked = run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["candidate"])
    assert events(server) == [("on-link", "LINK_MODEL", None), ("on-any-link", "LINK_MODEL", None)]
    linked.aliases.append("production")
    linked.save()
    assert events(server)[2:] == [("on-production", "ADD_ARTIFACT_ALIAS", "production")]
    entry = server.emulator.ledger.triggered[-1]
    assert (entry.subject, entry.action) == ("acme/wandb-registry-model/zoo:v0", "NO_OP")


def test_what_is_disabled_or_refused_triggers_nothing(server: Server, zoo: Collection) -> None:
    server.world.automation("off", registry="model").enabled = False
    server.world.automation("on", registry="model")
    server.world.registry("model", types=["model"])
    with wandb.init(entity="team-a", project="proj") as run:
        artifact = run.log_artifact(wandb.Artifact("data", "dataset"))
        with pytest.raises(wandb.errors.CommError):
            run.link_artifact(artifact, "wandb-registry-model/zoo")
    assert events(server) == []


def test_states_and_metrics_of_runs_trigger(server: Server) -> None:
    with wandb.init(entity="team-a", project="proj"):
        pass
    api = server.api()
    project = api.project("proj", "team-a")
    metric, state = automations.RunEvent.metric("loss"), automations.RunEvent.state
    for name, event in (
        ("low", automations.OnRunMetric(scope=project, filter=metric.lt(0.2))),
        ("average", automations.OnRunMetric(scope=project, filter=metric.avg(2).gt(0.7))),
        ("drop", automations.OnRunMetric(scope=project, filter=metric.decreases_by(diff=0.5))),
        ("never", automations.OnRunMetric(scope=project, filter=metric.gt(10))),
        ("done", automations.OnRunState(scope=project, filter=state.eq("finished"))),
        ("broken", automations.OnRunState(scope=project, filter=state.eq("failed"))),
    ):
        api.create_automation(event >> automations.DoNothing(), name=name)
    with wandb.init(entity="team-a", project="proj") as run:
        for loss in (0.9, 0.8, 0.1, 0.1):
            run.log({"loss": loss})
    assert sorted({name for name, _, _ in events(server)}) == ["average", "done", "drop", "low"]


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[Any]]]:
    received: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}/hook", received
        httpd.shutdown()
        thread.join()


def link_version(server: Server) -> None:
    server.ask(
        "mutation M($input: LinkArtifactInput!) { linkArtifact(input: $input) { versionIndex } }",
        input={
            "artifactID": server.world.artifact("zoo", entity="team-a").id,
            "artifactPortfolioName": "zoo",
            "entityName": "acme",
            "projectName": "wandb-registry-model",
        },
    )


def outcome(server: Server) -> str | None:
    end = time.monotonic() + 10
    while (found := server.emulator.ledger.triggered[0].outcome) is None and time.monotonic() < end:
        time.sleep(0.01)
    return found


def test_a_webhook_on_this_machine_is_called_with_its_payload(
    server: Server, zoo: Collection, receiver: tuple[str, list[Any]]
) -> None:
    url, received = receiver
    webhook = server.world.make_webhook(server.world.entities["acme"], "deployer", url)
    (found,) = server.api().webhook_integrations(entity="acme")
    assert (found.name, found.id) == ("deployer", webhook.id)
    action = automations.SendWebhook.from_integration(
        found, payload={"version": "${artifact_version_string}", "loss": "${artifact_metadata.loss}", "x": "${nothing}"}
    )
    server.api().create_automation(automations.OnLinkArtifact(scope=scope_of(server, zoo)) >> action, name="deploy")
    with wandb.init(entity="team-a", project="proj") as run:
        artifact = run.log_artifact(wandb.Artifact("zoo", "model", metadata={"loss": 0.5}))
        run.link_artifact(artifact, "wandb-registry-model/zoo")
    assert outcome(server) == "HTTP 204"
    assert received == [{"version": "acme/wandb-registry-model/zoo:v0", "loss": "0.5", "x": "${nothing}"}]


@pytest.mark.parametrize("url", ["https://hooks.example/x", "http://10.0.0.1/x", "https://127.0.0.1/x", "nonsense"])
def test_a_webhook_elsewhere_is_never_called(server: Server, zoo: Collection, url: str) -> None:
    server.world.automation("deploy", registry="model", webhook=url)
    link_version(server)
    assert outcome(server) == "not called: it is not an http:// address of this machine"
    assert isinstance(next(iter(server.world.webhooks.values())), Webhook)


def test_a_notification_goes_to_a_channel_of_slack_in_the_ledger_alone(server: Server, zoo: Collection) -> None:
    server.world.slack_channel("#deploys", entity="acme", workspace="zoo")
    server.world.slack_channel("#others", entity="team-a")
    (channel,) = server.api().slack_integrations(entity="acme")
    assert (channel.channel_name, channel.team_name) == ("#deploys", "zoo")
    action = automations.SendNotification.from_integration(channel, title="linked", text="a new version")
    server.api().create_automation(automations.OnLinkArtifact(scope=scope_of(server, zoo)) >> action, name="tell")
    made = server.api().automation(name="tell")
    assert (made.action.integration.id, made.action.title) == (channel.id, "linked")
    link_version(server)
    (entry,) = server.emulator.ledger.triggered
    assert (entry.automation, entry.action, entry.outcome) == ("tell", "NOTIFICATION", None)
    query = 'query Q { organization(name: "Acme Inc") { triggers(first: 9) { edges { node { name } } } } }'
    assert server.ask(query)["organization"]["triggers"]["edges"] == [{"node": {"name": "tell"}}]


def test_a_template_is_valid_json_whatever_is_filled_in() -> None:
    filled = fill_template('{"a": "${alias}", "b": "${c.d}"}', {"alias": 'quote " and \n', "c": {"d": 1}})
    assert json.loads(filled) == {"a": 'quote " and \n', "b": "1"}


def test_an_operation_that_the_emulator_lacks_is_named_as_its_limit(server: Server) -> None:
    server.errors('query Reports { project(name: "p", entityName: "team-a") { allViews { edges { node { id } } } } }')
    assert server.emulator.ledger.unsupported == ("Reports",)
    server.world.server(without=["ARTIFACT_REGISTRY_SEARCH"])
    server.errors('query Old { entity(name: "acme") { artifactMemberships { totalCount } } }')
    server.errors("query Broken {")
    assert server.emulator.ledger.unsupported == ("Reports",), "what an old server lacks is no limit of the emulator"


def test_a_filter_is_read_back_as_it_was_sent(server: Server, zoo: Collection) -> None:
    api = server.api()
    scope = scope_of(server, zoo)
    made = api.create_automation(automations.OnLinkArtifact(scope=scope) >> automations.DoNothing(), name="deploy")
    event = automations.OnLinkArtifact(scope=scope, filter=automations.ArtifactEvent.alias == "production")
    changed = api.update_automation(made, event=event)
    again = server.api().automation(name="deploy")
    assert changed.event.filter.filter == again.event.filter.filter == event.filter


@pytest.mark.skipif(not hasattr(automations, "MetricZScoreFilter"), reason="this wandb has no z-scores")
def test_a_z_score_triggers_once_a_value_is_far_from_the_window_before_it(server: Server) -> None:
    api = server.api()
    api.create_project("training", "team-a")
    scope = api.project("training", "team-a")
    far = automations.RunEvent.metric("loss").zscore(4).abs() > 3
    api.create_automation(automations.OnRunMetric(scope=scope, filter=far) >> automations.DoNothing(), name="odd")
    with wandb.init(project="training", entity="team-a") as run:
        for value in (1.0, 1.2, 0.8, 1.0, 1.3, 0.9, 9.0, 1.0):
            run.log({"loss": value})
    assert events(server) == [("odd", "RUN_METRIC_ZSCORE", None)]


def test_an_event_of_runs_is_refused_for_a_collection(server: Server, zoo: Collection) -> None:
    api = server.api()
    api.create_project("training", "team-a")
    event = automations.OnRunMetric(
        scope=api.project("training", "team-a"), filter=automations.RunEvent.metric("loss") > 1
    )
    made = api.create_automation(event >> automations.DoNothing(), name="metric")
    made.scope = scope_of(server, zoo)
    with pytest.raises(Exception, match="cannot trigger an automation of an artifact collection"):
        api.update_automation(made)


@pytest.mark.skipif(not hasattr(automations, "OnAddCollectionTag"), reason="this wandb has no events of tags")
def test_tags_that_come_and_go_trigger(server: Server, zoo: Collection) -> None:
    server.world.collection("zoo", registry="model", versions=1)
    api = server.api()
    scope = scope_of(server, zoo)
    kinds = ("OnAddCollectionTag", "OnRemoveCollectionTag", "OnAddArtifactTag", "OnRemoveArtifactTag")
    for kind in kinds:
        event = getattr(automations, kind)(scope=scope)
        api.create_automation(event >> automations.DoNothing(), name=kind)
    collection = api.artifact_collection("model", "acme/wandb-registry-model/zoo")
    version = api.artifact("acme/wandb-registry-model/zoo:v0")
    for thing in (collection, version):
        thing.tags = ["ready"]
        thing.save()
        thing.tags = []
        thing.save()
    assert [name for name, _, _ in events(server)] == list(kinds)
