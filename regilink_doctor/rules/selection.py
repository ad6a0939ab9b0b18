"""Which rules speak, file by file: codes and their beginnings, the longest that fits decides."""

from __future__ import annotations

from regilink_doctor.rules.index import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ALL = "ALL"
NEVER_SILENT = frozenset({"REG002"})
"""A mistake of ours is told whatever is selected: exit status 2 would have no reason otherwise."""


class Selection:
    """See `enabled`. `select` None: all rules."""

    def __init__(
        self,
        *,
        select: Iterable[str] | None = None,
        ignore: Iterable[str] = (),
        extend_select: Iterable[str] = (),
        per_file_ignores: Mapping[str, Iterable[str]] | None = None,
        pedantic: bool = False,
        root: str = ".",
    ) -> None:
        self.pedantic = pedantic
        self._select = (*((ALL,) if select is None else select), *extend_select)
        self._ignore = tuple(ignore)
        self._per_file = tuple((pattern, tuple(codes)) for pattern, codes in (per_file_ignores or {}).items())
        self._root = root
        self._speaking: dict[str, bool] = {}
        """What `_speaks` has said: it is asked for every rule at every call."""

    def enabled(self, code: str, path: str) -> bool:
        """Whether the rule speaks about the file `path`.

        Of the beginnings that fit, the longest decides; of two of one length, `ignore`. A pedantic rule has to be asked
        for: by `pedantic`, or by its whole code.
        """
        if code in NEVER_SILENT:
            return True
        if code not in self._speaking:
            self._speaking[code] = self._speaks(code)
        return self._speaking[code] and not any(_longest(code, codes) >= 0 for codes in self._for_file(path))

    def _speaks(self, code: str) -> bool:
        """Whether the rule speaks about any file."""
        chosen = _longest(code, self._select)
        if chosen < 0 or _longest(code, self._ignore) >= chosen:
            return False
        return chosen == len(code) or self.pedantic or not _pedantic(code)

    def _for_file(self, path: str) -> Iterable[tuple[str, ...]]:
        if not self._per_file:
            return ()
        from regilink_doctor.core.patterns import Patterns

        return (codes for pattern, codes in self._per_file if Patterns((pattern,), self._root).match(path))


EVERYTHING = Selection()
"""All rules but the pedantic ones."""


def _longest(code: str, beginnings: Iterable[str]) -> int:
    """The length of the longest beginning that fits; 0 for ALL, -1 for none."""
    fitting = (0 if item == ALL else len(item) for item in beginnings if item == ALL or code.startswith(item))
    return max(fitting, default=-1)


def _pedantic(code: str) -> bool:
    from regilink_doctor.rules import rule_for

    return code in RULES and rule_for(code).pedantic


_DIGITS = str.maketrans("OIL", "011")
"""Letters that are taken for digits; no code has them."""


def rule_problem(code: str) -> str | None:
    """Why `code` selects no rule, as a sentence with what was probably meant; None when it does."""
    if code == ALL or (code and any(known.startswith(code) for known in RULES)):
        return None
    by_name = {name: known for known, (name, _) in RULES.items()}
    if code in by_name:
        return f"rules go by their codes here: write {by_name[code]!r} for {code!r}"
    return no_such_rule(code, "; `regilink rules` lists them")


def no_such_rule(code: str, otherwise: str = "") -> str:
    """That there is no rule of this code, and which was probably meant; `otherwise` where nobody can tell."""
    from difflib import get_close_matches

    meant = meant_by_letters(code)
    near = [meant] if meant else get_close_matches(code.upper(), RULES, n=1, cutoff=0.7)
    return f"there is no rule {code!r}" + (f", did you mean {near[0]}?" if near else otherwise)


def meant_by_letters(word: str) -> str | None:
    """The code that was typed with letters for its digits: `REG1O1`."""
    code = word.upper().translate(_DIGITS)
    return code if code in RULES else None
