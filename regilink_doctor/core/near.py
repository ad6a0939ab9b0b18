"""The name that was probably meant, for every message that says "did you mean"."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def close_to(name: str, names: Iterable[str]) -> str | None:
    """The one of `names` that `name` was probably meant to be, whatever its case; never `name` itself."""
    from difflib import get_close_matches  # only a mistake has to pay for the import

    by_folded = {each.casefold(): each for each in names if each != name}
    close = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None
