"""Many writers at once: no link is lost, and versions have no holes."""

import threading

import requests
from serving import Server

LINK = """mutation LinkArtifact($input: LinkArtifactInput!) {
    result: linkArtifact(input: $input) { versionIndex }
}"""
WRITERS = 16
EACH = 5


def test_of_sixteen_writers_no_link_is_lost_and_versions_have_no_holes(server: Server) -> None:
    world = server.world
    sources = [[world.artifact(f"zoo-{w}", entity="team-a") for _ in range(EACH)] for w in range(WRITERS)]
    key = world.users["alice"].key
    got: list[int] = []
    ready = threading.Barrier(WRITERS)

    def write(own: list) -> None:
        ready.wait()
        with requests.Session() as session:
            for artifact in own:
                where = {"entityName": "acme", "projectName": "wandb-registry-model"}
                values = {**where, "artifactID": artifact.id, "artifactPortfolioName": "animals"}
                answer = session.post(
                    f"{server.emulator.url}/graphql",
                    json={"query": LINK, "variables": {"input": values}},
                    auth=("api", key),
                    timeout=60,
                )
                got.append(answer.json()["data"]["result"]["versionIndex"])

    threads = [threading.Thread(target=write, args=(own,)) for own in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = WRITERS * EACH
    assert sorted(got) == list(range(total))
    assert sorted(int(each.version[1:]) for each in server.links) == list(range(total))
    assert {each.source for each in server.links} == {artifact.source_name for own in sources for artifact in own}
    (collection,) = world.entities["acme"].projects["wandb-registry-model"].collections.values()
    assert [each.index for each in collection.memberships] == list(range(total))
    latest = [each for each in collection.memberships if "latest" in each.aliases]
    assert [each.index for each in latest] == [total - 1]


def test_real_sdks_link_at_once_from_threads(server: Server) -> None:
    artifacts = [server.logged(name=f"zoo-{index}") for index in range(8)]
    threads = [threading.Thread(target=each.link, args=("wandb-registry-model/animals",)) for each in artifacts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.version for each in server.links) == [f"v{index}" for index in range(8)]
    assert {each.requested for each in server.links} == {"wandb-registry-model/animals"}
