"""What the doctor talks through: wandb's own settings with their sources, and GraphQL over HTTP."""
