"""Words that the messages of every room share: the name that was meant, how many there are of something."""

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


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 file`, `2 files`; `many` where an s is not enough."""
    return f"{number} {one if number == 1 else many or one + 's'}"
