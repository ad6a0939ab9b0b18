"""Which rules report, file by file: codes and their prefixes, the longest that fits decides."""

from __future__ import annotations

from regilink_doctor.core.phrases import say
from regilink_doctor.core.text import quote_text, shorten_value
from regilink_doctor.rules.index import PEDANTIC, RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ALL = "ALL"
NEVER_SILENT = frozenset({"REG002"})
"""A crash of regilink is reported whatever is selected: exit status 2 would have no reason otherwise."""


class Selection:
    """Which rules apply to which file; `select` None: all rules."""

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
        self._everywhere: frozenset[str] | None = None
        """The codes of the rules that report in some file: asked for each file of a run."""

    def enabled(self, code: str, path: str) -> bool:
        """Whether the rule reports in the file `path`.

        Of the prefixes that fit, the longest decides; of two of one length, `ignore`. A pedantic rule has to be asked
        for: by `pedantic`, or by its whole code.
        """
        return code in self.enabled_codes(path)

    def enabled_codes(self, path: str) -> frozenset[str]:
        """The codes of the rules that report in the file `path`: see `enabled`."""
        if self._everywhere is None:
            self._everywhere = frozenset(code for code in RULES if self._is_selected(code))
        ignored = list(self._for_file(path))
        if not ignored:
            return self._everywhere
        left = {code for code in self._everywhere if all(_longest(code, codes) < 0 for codes in ignored)}
        return NEVER_SILENT.union(left)

    def has_rules(self) -> bool:
        """Whether any rule is left that can find something."""
        return any(self._is_selected(code) for code in RULES if code not in NEVER_SILENT)

    def _is_selected(self, code: str) -> bool:
        if code in NEVER_SILENT:
            return True
        chosen = _longest(code, self._select)
        if chosen < 0 or _longest(code, self._ignore) >= chosen:
            return False
        return chosen == len(code) or self.pedantic or code not in PEDANTIC

    def _for_file(self, path: str) -> Iterable[tuple[str, ...]]:
        if not self._per_file:
            return ()
        from regilink_doctor.core.patterns import Patterns

        return (codes for pattern, codes in self._per_file if Patterns((pattern,), self._root).match(path))


EVERYTHING = Selection()
"""All rules but the pedantic ones."""


def _longest(code: str, prefixes: Iterable[str]) -> int:
    """The length of the longest prefix that fits; 0 for ALL, -1 for none."""
    longest = -1
    for prefix in prefixes:
        if prefix == ALL:
            longest = max(longest, 0)
        elif code.startswith(prefix):
            longest = max(longest, len(prefix))
    return longest


_DIGITS = str.maketrans("OIL", "011")
"""Letters that are taken for digits; no code has them."""


def rule_problem(code: str) -> str | None:
    """Why `code` selects no rule, as a sentence with what was probably meant; None when it does."""
    if code == ALL or (code and any(known.startswith(code) for known in RULES)):
        return None
    by_name = {name: known for known, (name, _) in RULES.items()}
    if code in by_name:
        return f"rules go by their codes here: write {quote_text(by_name[code])} for {quote_text(code)}"
    return no_such_rule(code, "; `regilink rules` lists them")


def no_such_rule(code: str, otherwise: str = "") -> str:
    """That there is no rule with this code, and which was probably meant; `otherwise` where none is similar."""
    from difflib import get_close_matches

    code = shorten_value(code)
    meant = meant_by_letters(code)
    near = [meant] if meant else get_close_matches(code.upper(), RULES, n=1, cutoff=0.7)
    if near:
        return say("there is no rule {code}, did you mean {near}?", code=quote_text(code), near=near[0])
    missing = say("there is no rule {code}", code=quote_text(code))
    return missing + otherwise if otherwise else missing


def meant_by_letters(word: str) -> str | None:
    """The code that was typed with letters for its digits: `REG1O1`."""
    code = word.upper().translate(_DIGITS)
    return code if code in RULES else None
