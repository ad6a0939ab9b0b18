"""The write probe: one real link, through the real SDK, and everything taken away again (row E4)."""
