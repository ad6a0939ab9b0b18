"""What a requirement of wandb asks for, in the notations of pip, Poetry and conda.

Only what decides a rule is read: the package, the one version that can be installed, the bound above it.
"""

from __future__ import annotations

import re

from regilink_doctor.core.file_facts import Requirement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.findings import Place, Span
    from regilink_doctor.lint.text.fragment import Fragment

_NAME = re.compile(r"\s*(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[(?P<extras>[^\]]*)\])?\s*")
_SPECIFIER = re.compile(
    r"\s*(?P<sign>===|==|~=|!=|<=|>=|<|>|\^|~|=)?\s*v?(?P<version>[0-9*][0-9A-Za-z.*+!-]*)\s*(?:,|\|\||$)?"
)
_REST = re.compile(r"(?P<specifiers>\(?[^;#]*?\)?)\s*(?:;(?P<marker>.*))?$")


def may_be_ours(text: str) -> bool:
    """Whether a requirement may be one of wandb; a lock file has hundreds of others, of which no rule asks."""
    return "wandb" in text.lower()


def normalised(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement(
    stretch: Fragment, start: int, end: int, statement: Span, *, group: str = "", locked: bool = False
) -> Requirement | None:
    """The requirement in `text[start:end]`, written as for pip (or conda: `wandb=0.16`); None if it is none of ours."""
    text = stretch.text[start:end]
    match = _NAME.match(text) if may_be_ours(text) else None
    if match is None:
        return None
    rest = text[match.end() :]
    if rest[:1] not in ("", "=", "<", ">", "!", "~", "(", ";", "@", "^"):
        return None
    parts = _REST.match("" if rest.startswith("@") else rest)
    specifiers_text = parts["specifiers"] if parts else ""
    specifiers = read_specifiers(specifiers_text.strip("()"), bare_sign="")
    left = match.end() + (len(specifiers_text) - len(specifiers_text.lstrip()))
    right = match.end() + len(specifiers_text.rstrip())
    place = (
        stretch.place(start + left, start + right) if specifiers else stretch.place(start, start + len(text.rstrip()))
    )
    extras = tuple(part.strip() for part in (match["extras"] or "").split(",") if part.strip())
    marker = (parts["marker"] or "").strip() if parts else ""
    return make(match["name"], place, statement, specifiers, group, locked, extras, marker)


def make(
    name: str,
    place: Place,
    statement: Span,
    specifiers: tuple[tuple[str, str], ...],
    group: str = "",
    locked: bool = False,
    extras: tuple[str, ...] = (),
    marker: str = "",
) -> Requirement:
    """A requirement, its bounds worked out."""
    exact = next((version for sign, version in specifiers if sign in ("==", "===") and "*" not in version), None)
    bounds = [bound for sign, version in specifiers if (bound := _bound(sign, version))]
    upper, inclusive = min(bounds, key=lambda bound: _numbers(bound[0])) if bounds and exact is None else (None, False)
    return Requirement(
        normalised(name), place, statement, specifiers, exact, upper, inclusive, locked, extras, marker, group
    )


def read_specifiers(text: str, bare_sign: str) -> tuple[tuple[str, str], ...]:
    """(sign, version) for each part; `bare_sign` is what a version alone means: `==` for Poetry."""
    found = []
    at = 0
    while match := _SPECIFIER.match(text, at):
        sign = match["sign"] or bare_sign
        if sign and match["version"] != "*":
            found.append((sign, match["version"]))
        if match.end() == at:
            break
        at = match.end()
    return tuple(found)


def _bound(sign: str, version: str) -> tuple[str, bool] | None:
    """What a specifier keeps a version below; True where the bound itself is allowed."""
    if sign == "<":
        return version, False
    if sign == "<=":
        return version, True
    numbers = _numbers(version)
    if sign in ("=", "==") and numbers:  # conda's fuzzy pin, `==0.18.*`
        return _bumped(numbers, len(numbers) - 1), False
    if sign == "~=" and len(numbers) > 1:
        return _bumped(numbers, len(numbers) - 2), False
    if sign == "~" and numbers:
        return _bumped(numbers, min(1, len(numbers) - 1)), False
    if sign == "^" and numbers:
        first = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
        return _bumped(numbers, first), False
    return None


def _bumped(numbers: tuple[int, ...], index: int) -> str:
    return ".".join(map(str, (*numbers[:index], numbers[index] + 1)))


def _numbers(version: str) -> tuple[int, ...]:
    match = re.match(r"[0-9]+(?:\.[0-9]+)*", version)
    return tuple(map(int, match[0].split("."))) if match else ()
