"""Requirements of wandb: in pip's lists, `setup.cfg`, lock files, conda's and Poetry's notations, `pip install` lines.

Only what decides a rule is read: the package, the one version that can be installed, the bound above it.
"""

from __future__ import annotations

import os
import re

from regilink_doctor.core.sites import Requirement
from regilink_doctor.lint.facts import FileFacts
from regilink_doctor.lint.text.fragment import Fragment
from regilink_doctor.lint.text.source import Source, Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from regilink_doctor.core.findings import Place, Span
    from regilink_doctor.core.sites import Command


_LOCKED = re.compile(r'^name = "(?P<name>[^"]+)"\n(?:^(?!\[).*\n){0,8}?^version = "(?P<version>[^"]+)"', re.MULTILINE)
"""A package of `uv.lock`, `poetry.lock`, `pdm.lock`: all TOML, all written by a machine in this form."""

_PIPENV = re.compile(
    r'^ {8}"(?P<name>[^"]+)": \{\n(?:^ {12,}.*\n){0,400}?^ {12}"version": "==(?P<version>[^"]+)"', re.MULTILINE
)
_SECTION = re.compile(r"^\[(?P<name>[^\]]+)\]", re.MULTILINE)


def read(path: str, content: bytes) -> FileFacts:
    """What a list of requirements or a lock file says."""
    source = Source.decode(path, content, python=False)
    stretch = Fragment.whole(source)
    name = os.path.basename(path).lower()
    problems: list[Unparsable] = []
    if name == "pipfile.lock":
        found = _read_lock(stretch, _PIPENV)
    elif name.endswith(".lock"):
        found = _read_lock(stretch, _LOCKED)
    else:
        found = _read_list(stretch, source, problems)
    return FileFacts(source, requirements=tuple(found), problems=tuple(problems))


def _read_lock(stretch: Fragment, pattern: re.Pattern[str]) -> Iterator[Requirement]:
    for match in pattern.finditer(stretch.text):
        if not may_be_ours(match["name"]):
            continue
        place = stretch.place(*match.span("version"))
        statement = stretch.span(match.start(), match.end())
        yield make_requirement(match["name"], place, statement, (("==", match["version"]),), locked=True)


def _read_list(stretch: Fragment, source: Source, problems: list[Unparsable]) -> Iterator[Requirement]:
    """One requirement per line, continued by a backslash, without options (`-r`, `--hash`) and addresses.

    A line about wandb that pip refuses is added to `problems`.
    """
    offset = 0
    group = "" if os.path.basename(source.path) in ("requirements.txt", "requirements.in") else _group_of(source.path)
    lines = source.lines
    number = 0
    while number < len(lines):
        start = offset
        text = lines[number]
        offset += len(text) + 1
        number += 1
        whole = len(text)
        while text.endswith("\\") and number < len(lines):
            text = lines[number]
            whole += len(text) + 1
            offset += len(text) + 1
            number += 1
        first = stretch.text[start : start + whole].split("\n", 1)[0].rstrip("\\")
        if not may_be_ours(first):
            continue
        body = re.split(r"(?:^|\s)#|\s--", first, maxsplit=1)[0].rstrip()
        indent = len(body) - len(body.lstrip())
        if body and not body.lstrip().startswith("-"):
            statement = stretch.span(start, start + whole)
            if found := read_requirement(stretch, start + indent, start + len(body), statement, group=group):
                yield found
            elif _is_refused(body):
                problems.append(Unparsable("not a requirement", statement, "requirements", cause="requirement"))


def _is_refused(line: str) -> bool:
    """Whether a line that is not a requirement is about wandb; one with a variable or a placeholder is filled in."""
    match = _NAME.match(line)
    if match is None or normalize_package(match["name"]) != "wandb" or re.search(r"[${%]|<[a-z]", line, re.I):
        return False
    return line[match.end() :].startswith(tuple("=<>!~^@;[0123456789"))


def read_setup_cfg(stretch: Fragment) -> Iterator[Requirement]:
    """`install_requires` and the extras of `setup.cfg`: indented lines below a key."""
    section, key, offset = "", "", 0
    for line in stretch.text.split("\n"):
        start, offset = offset, offset + len(line) + 1
        if match := _SECTION.match(line):
            section, key = match["name"].strip(), ""
            continue
        value = line
        if line[:1].strip() and not line.startswith(("#", ";")):
            key, _, value = line.partition("=")
            key = key.strip()
        extras = section == "options.extras_require"
        if not extras and not (section == "options" and key in ("install_requires", "setup_requires", "tests_require")):
            continue
        body = value.split(" #")[0].strip()
        if body and not body.startswith("#"):
            at = start + line.rindex(value) + value.index(body)
            group = key if extras else ""
            if found := read_requirement(
                stretch, at, at + len(body), stretch.span(start, start + len(line)), group=group
            ):
                yield found


def _group_of(path: str) -> str:
    """`dev` of `requirements-dev.txt` and `requirements/dev.txt`."""
    name = os.path.splitext(os.path.basename(path))[0]
    return re.sub(r"^(requirements?|reqs?)[-_.]?|[-_.]?(requirements?|reqs?)$", "", name)


_NAME = re.compile(r"\s*(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*")
_CONDA = re.compile(r"(?:[=<>!~^]=?=?\s*[0-9*][\w.*+!-]*\s*(?:[,|]+\s*|$))+")
"""conda's and Poetry's signs, which PEP 508 does not have: `=0.16`, `^0.16`, `>=0.16|<0.18`."""

_SPECIFIER = re.compile(
    r"\s*(?P<sign>===|==|~=|!=|<=|>=|<|>|\^|~|=)?\s*v?(?P<version>[0-9*][0-9A-Za-z.*+!-]*)\s*(?:,|\|\||$)?"
)


def may_be_ours(text: str) -> bool:
    """Whether a requirement may be one of wandb; a lock file has hundreds of others, of which no rule asks."""
    return "wandb" in text.lower()


def normalize_package(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_requirement(
    stretch: Fragment, start: int, end: int, statement: Span, *, group: str = ""
) -> Requirement | None:
    """The requirement in `text[start:end]`, written as for pip or conda; None if it is not one of wandb."""
    text = stretch.text[start:end].rstrip(" \t;")
    match = _NAME.match(text) if may_be_ours(text) else None
    if match is None:
        return None
    written = text[match.end() :].partition(";")[0].rstrip()
    specifiers = _pip_specifiers(text, written)
    if specifiers is None:
        return None
    place = stretch.place(start, start + len(text))
    if specifiers:
        place = stretch.place(start + match.end(), start + match.end() + len(written))
    return make_requirement(match["name"], place, statement, specifiers, group)


def _pip_specifiers(text: str, written: str) -> tuple[tuple[str, str], ...] | None:
    """(sign, version) for each specifier of a line of pip's or conda's; None if it is neither."""
    from packaging.requirements import InvalidRequirement
    from packaging.requirements import Requirement as Line

    try:
        specifiers = Line(text).specifier
    except InvalidRequirement:
        pinned = re.sub(r"^(=[^=]+)=[^=]+$", r"\1", written)  # `=0.18.0=py39_0`, with conda's build
        if _CONDA.fullmatch(pinned):
            return read_specifiers(pinned, bare_sign="")
        return () if "$" in written and written[0] in "=<>!~" else None  # `wandb==${VERSION}`, which pip fills in
    # A set has no order: the one in which they are written is that of their places.
    ordered = sorted(specifiers, key=lambda item: written.find(item.version))
    return tuple((item.operator, item.version) for item in ordered)


def make_requirement(
    name: str,
    place: Place,
    statement: Span,
    specifiers: tuple[tuple[str, str], ...],
    group: str = "",
    *,
    locked: bool = False,
) -> Requirement:
    """A requirement with the version or the bound that its specifiers come to."""
    exact = next((version for sign, version in specifiers if sign in ("==", "===") and "*" not in version), None)
    bounds = [bound for sign, version in specifiers if (bound := _upper_bound(sign, version))]
    upper, inclusive = None, False
    if bounds and exact is None:
        upper, inclusive = min(bounds, key=lambda bound: _release_of(bound[0]))
    return Requirement(
        normalize_package(name), place, statement, specifiers, exact, upper, inclusive, locked=locked, group=group
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


def _upper_bound(sign: str, version: str) -> tuple[str, bool] | None:
    """What a specifier keeps a version below; True where the bound itself is allowed."""
    if sign == "<":
        return version, False
    if sign == "<=":
        return version, True
    numbers = _release_of(version)
    if sign in ("=", "==") and numbers:  # conda's fuzzy pin, `==0.18.*`
        return _increment(numbers, len(numbers) - 1), False
    if sign == "~=" and len(numbers) > 1:
        return _increment(numbers, len(numbers) - 2), False
    if sign == "~" and numbers:
        return _increment(numbers, min(1, len(numbers) - 1)), False
    if sign == "^" and numbers:
        first = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
        return _increment(numbers, first), False
    return None


def _increment(numbers: tuple[int, ...], index: int) -> str:
    return ".".join(map(str, (*numbers[:index], numbers[index] + 1)))


def _release_of(version: str) -> tuple[int, ...]:
    match = re.match(r"[0-9]+(?:\.[0-9]+)*", version)
    return tuple(map(int, match[0].split("."))) if match else ()


_QUOTED = re.compile(r"""(["'])(?P<text>[^"'\n]*wandb[^"'\n]*)\1""")


def read_script_metadata(source: Source) -> Iterator[Requirement]:
    """The requirements in the comment that `uv run` and `pipx run` read: `# dependencies = ["wandb==0.20.1"]`."""
    stretch = Fragment.whole(source)
    begin = stretch.text.find("# /// script\n")
    end = stretch.text.find("\n# ///\n", begin)
    for match in _QUOTED.finditer(stretch.text, begin, max(begin, end)):
        statement = stretch.span(*match.span())
        if found := read_requirement(stretch, *match.span("text"), statement):
            yield found


_INSTALLS = re.compile(r"(?:.* )?(?:pip3? install|uv add|poetry add|pdm add|conda install|mamba install)(?: |$)")
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*(?P<specifiers>[=<>!~@^].*)?")
_MOST_WORDS = 8
"""Of `uv run python -m pip install` and its like."""


def read_installed(commands: Iterable[Command]) -> Iterator[Requirement]:
    """What the commands install."""
    for command in commands:
        words = [word.literal or "" for word in command.words]
        for index in range(1, min(len(words), _MOST_WORDS)):
            if not _INSTALLS.fullmatch(" ".join(words[: index + 1]) + " "):
                continue
            for word in command.words[index + 1 :]:
                match = _REQUIREMENT.fullmatch(word.literal or "") if may_be_ours(word.literal or "") else None
                if match and not (match["specifiers"] or "").startswith("@"):
                    specifiers = read_specifiers(match["specifiers"] or "", "")
                    yield make_requirement(match["name"], word.place, command.statement, specifiers, "install")
            break
