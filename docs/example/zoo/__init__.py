"""The code of a team that trains a model and publishes it."""
