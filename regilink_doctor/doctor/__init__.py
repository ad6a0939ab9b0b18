"""The live checks: facts from the server, checks in the order of their requirements, a diagnosis."""
