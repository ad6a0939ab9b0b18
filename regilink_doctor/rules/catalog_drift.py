"""REG808."""

from __future__ import annotations

from regilink_doctor.rules.base import LiveRule


class CatalogDrift(LiveRule):
    """The committed catalog says something else than the server.

    A registry was renamed, its types have changed, a team has moved: what was right yesterday fails today. Pull the
    catalog again, look at the difference, and commit it.
    """

    code = "REG808"
    name = "catalog-drift"
    severity = "warning"
    rows = ("E3",)
    bad = ('doctor("wandb-registry-model/zoo", catalog={"model": ["model", "net"]})',)
    good = ('doctor("wandb-registry-model/zoo", catalog={"model": ["model"]})',)
