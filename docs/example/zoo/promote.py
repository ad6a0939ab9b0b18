"""Link a version by W&B's GraphQL endpoint, with `requests` and without the SDK."""

import os

import requests

MUTATION = """
mutation Link($input: LinkArtifactInput!) {
  linkArtifact(input: $input) { versionIndex }
}
"""


def promote(artifact_id: str, organization: str, registry: str, collection: str) -> int:
    """Link the version to a registry; its number there."""
    answer = requests.post(
        "https://api.wandb.ai/graphql",
        json={
            "query": MUTATION,
            "variables": {
                "input": {
                    "artifactID": artifact_id,
                    "entityName": organization,
                    "projectName": f"wandb-registry-{registry}",
                    "artifactPortfolioName": collection,
                    "aliases": [],
                }
            },
        },
        auth=("api", os.environ["WANDB_API_KEY"]),
        timeout=30,
    )
    # The answer to a refusal has a status of its own, and this line is what most people forget.
    answer.raise_for_status()
    return answer.json()["data"]["linkArtifact"]["versionIndex"]
