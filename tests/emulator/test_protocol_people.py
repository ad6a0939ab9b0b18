"""Organizations, teams, users, service accounts, invitations and keys, by the public Api; and the command line."""

from pathlib import Path

import pytest
import requests
import wandb
from click.testing import CliRunner, Result
from serving import Server
from wandb.cli.cli import cli


def test_the_viewer_is_whose_key_it_is(server: Server) -> None:
    api = server.api()
    assert (api.viewer.username, api.viewer.entity, api.default_entity) == ("alice", "team-a", "team-a")
    assert sorted(api.viewer.teams) == ["alice", "team-a"]
    assert [each.username for each in [api.user("alice")]] == ["alice"]
    assert api.user("nobody") is None
    assert [each.username for each in api.users("alice")] == ["alice"]


def test_an_organization_has_two_names_teams_and_members_with_roles(server: Server) -> None:
    server.world.user("bob", role="viewer")
    server.world.team("team-b")
    data = server.ask("""query Q { organization(name: "Acme Inc") { name orgEntity { name entityType }
        teams { name } members { username role } } }""")
    assert data["organization"] == {
        "name": "Acme Inc",
        "orgEntity": {"name": "acme", "entityType": "organization"},
        "teams": [{"name": "team-a"}, {"name": "team-b"}],
        "members": [{"username": "alice", "role": "member"}, {"username": "bob", "role": "viewer"}],
    }
    assert server.api().organization("Acme Inc").name == "Acme Inc"


def test_somebody_of_several_organizations_sees_those(server: Server) -> None:
    server.world.organization("Beta", entity="beta")
    server.world.organization("Gamma", entity="gamma")
    server.world.member("alice", organization="Beta")
    data = server.ask("query Q { viewer { organizations { name orgEntity { name } } } }")
    assert [each["name"] for each in data["viewer"]["organizations"]] == ["Acme Inc", "Beta"]
    assert server.ask('query Q { organization(name: "Gamma") { name } }') == {"organization": None}


def test_a_team_is_made_and_people_are_invited_and_leave(server: Server) -> None:
    server.world.user("bob")
    api = server.api()
    team = api.create_team("team-new")
    assert (team.name, [each.username for each in team.members]) == ("team-new", ["alice"])
    assert team.invite("bob")
    assert team.invite("new@example.com")
    team.load(force=True)
    assert {each.username or each.email for each in team.members} == {"alice", "bob", "new@example.com"}
    (bob,) = (each for each in team.members if each.username == "bob")
    assert bob.delete()
    team.load(force=True)
    assert "bob" not in [each.username for each in team.members]
    assert server.world.entities["team-new"].organization is server.world.organizations["Acme Inc"]
    query = 'mutation M { createTeam(input: {teamName: "team-a"}) { entity { name } } }'
    assert server.errors(query) == ["team name 'team-a' is not available"]


def test_a_name_that_nothing_has_is_available(server: Server) -> None:
    query = "query Q($name: String) { entity(name: $name) { name available members { username } } }"
    assert server.ask(query, name="team-a")["entity"]["available"] is False
    assert server.ask(query, name="free")["entity"] == {"name": "free", "available": True, "members": []}
    assert server.ask('query Q { entity(name: "free") { name } }')["entity"] is None
    assert "free" not in server.world.entities


def test_a_team_gets_a_service_account_with_a_key_that_works(server: Server) -> None:
    team = server.api().team("team-a")
    assert team.create_service_account("robot")
    team.load(force=True)
    (robot,) = (each for each in team.members if each.account_type == "SERVICE")
    assert wandb.Api(api_key=robot.api_key).default_entity == "team-a"


def test_keys_are_made_and_taken_away(server: Server) -> None:
    me = server.api().user("alice")
    made = me.generate_api_key("for the cluster")
    assert wandb.Api(api_key=made).viewer.username == "alice"
    assert me.delete_api_key(made)
    with pytest.raises(wandb.errors.AuthenticationError):
        wandb.Api(api_key=made)


def test_only_an_admin_of_the_server_makes_users(server: Server) -> None:
    query = 'mutation M { createUser(input: {email: "carol@example.com"}) { user { username } } }'
    assert server.errors(query) == ["permission denied"]
    server.world.user("alice", admin=True)
    assert server.ask(query) == {"createUser": {"user": {"username": "carol"}}}
    assert server.errors(query) == ["a user with the e-mail address 'carol@example.com' already exists"]


def test_an_entity_is_null_for_what_is_missing_and_for_what_is_hidden(server: Server) -> None:
    server.world.organization("Beta", entity="beta")
    server.world.team("team-b", organization="Beta")
    query = "query Q($name: String!) { entity(name: $name) { name organization { name } user { username } } }"
    assert server.ask(query, name="nobody") == {"entity": None}
    assert server.ask(query, name="team-b") == {"entity": None}
    assert server.ask(query, name="team-a")["entity"]["organization"] == {"name": "Acme Inc"}
    assert server.ask(query, name="alice")["entity"] == {
        "name": "alice",
        "organization": None,
        "user": {"username": "alice"},
    }


# The command line


def command(*arguments: str) -> Result:
    """wandb's own command, in this process."""
    return CliRunner().invoke(cli, list(arguments))


@pytest.mark.slow
def test_wandb_artifact_puts_lists_and_gets(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wandb_anew: None
) -> None:
    monkeypatch.setenv("WANDB_SILENT", "false")
    (tmp_path / "weights.txt").write_text("weights", encoding="utf-8")
    put = command("artifact", "put", "weights.txt", "-n", "team-a/proj/zoo", "-t", "model", "-a", "best")
    assert put.exit_code == 0, put.output
    server.api().artifact("team-a/proj/zoo:best").link("wandb-registry-model/animals")
    listed = command("artifact", "ls", "team-a/proj")
    assert "zoo:v0" in listed.output
    got = command("artifact", "get", "wandb-registry-model/animals:v0", "--root", "got")
    assert got.exit_code == 0, got.output
    assert (tmp_path / "got" / "weights.txt").read_text(encoding="utf-8") == "weights"


def test_d9_wandb_artifact_get_of_what_is_not_there_fails(server: Server) -> None:
    assert command("artifact", "get", "wandb-registry-zoo/animals").exit_code != 0


def test_wandb_login_verifies_the_key_with_the_server(server: Server, wandb_anew: None) -> None:
    assert command("login", "--verify", "--relogin", server.world.users["alice"].key).exit_code == 0
    assert command("login", "--verify", "--relogin", "0" * 40).exit_code != 0


def test_nobody_is_told_anything_without_a_key_or_with_a_wrong_one(server: Server) -> None:
    body = {"query": 'query Q { viewer { username } entity(name: "team-a") { name } }'}
    url = f"{server.emulator.url}/graphql"
    assert requests.post(url, json=body, timeout=10).json()["data"] == {"viewer": None, "entity": None}
    wrong = requests.post(url, json=body, auth=("api", "0" * 40), timeout=10)
    assert (wrong.status_code, "data" in wrong.json()) == (401, False)
