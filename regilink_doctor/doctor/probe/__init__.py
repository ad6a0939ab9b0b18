"""The write probe: one real link, through the real SDK, which is then deleted (failure E4)."""
