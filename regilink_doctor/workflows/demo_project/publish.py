"""Publish a model to the W&B Registry: once right, then in the ways in which it usually goes wrong."""

import wandb

REGISTRY = "model"
TARGETS = (
    f"wandb-registry-{REGISTRY}/zoo",  # right
    f"{REGISTRY}/zoo",  # the prefix is forgotten
    "wandb-registry-model",  # the collection is forgotten
    "wandb-registry-modle/zoo",  # there is no such registry
)

with wandb.init(entity="team-a", project="zoo-training") as run:
    model = wandb.Artifact("zoo", type="model")
    with model.new_file("weights.txt") as file:
        file.write("the weights")
    for target in TARGETS:
        try:
            linked = run.link_artifact(model, target, aliases=["candidate"])
            print(f"{target}: no error, {linked.qualified_name}")
        except wandb.errors.CommError as error:
            print(f"{target}: {error}")

    images = wandb.Artifact("images", type="dataset")
    with images.new_file("pixels.txt") as file:
        file.write("the pixels")
    try:
        run.link_artifact(images, "wandb-registry-model/images")  # a data set, where models belong
    except wandb.errors.CommError as error:
        print(f"wandb-registry-model/images: {error}")

with wandb.init(entity="alice", project="zoo-training") as run:
    mine = wandb.Artifact("zoo", type="model")
    with mine.new_file("weights.txt") as file:
        file.write("the weights")
    try:
        run.link_artifact(mine, "wandb-registry-model/zoo")  # from a personal entity
    except wandb.errors.CommError as error:
        print(f"wandb-registry-model/zoo from alice: {error}")
