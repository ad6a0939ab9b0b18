"""Makefiles and justfiles: variables that are exported, and the commands of recipes."""

from __future__ import annotations

import os
import re

from regilink_doctor.core.records import replace
from regilink_doctor.core.sites import Container, Setting
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.lint.facts import FileFacts
from regilink_doctor.lint.facts.shell import Script, read_script
from regilink_doctor.lint.text.fragment import Fragment, filled
from regilink_doctor.lint.text.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


_VARIABLE = re.compile(
    r"(?P<export>export[ \t]+)?(?P<name>[A-Za-z_][\w-]*)[ \t]*(?P<sign>[:?+]{0,2}=)[ \t]*(?P<value>.*)"
)
_RULE = re.compile(r"(?P<name>[^\s:#=][^:#=]*):(?!=)")
_RECIPE = re.compile(r"(?P<name>@?[A-Za-z_][\w-]*)[^:#]*:(?!=)")
"""The first line of a justfile's recipe, which may have parameters with defaults."""

_FUNCTION = re.compile(
    r"""(?:env|env_var|env_var_or_default)\(\s*["'](?P<variable>\w+)["']\s*(?:,\s*(?P<quote>["'])(?P<default>[^"']*)(?P=quote)\s*)?\)"""
)
"""How a justfile reads the environment, with a default or without."""

_EXPORT_ALL = re.compile(r"^(?:export[ \t]*|\.EXPORT_ALL_VARIABLES:.*|set export.*)$", re.MULTILINE)
_MOST_BRANCHES = 20
_BRANCHES = ("ifeq", "ifneq", "ifdef", "ifndef")


def read(path: str, content: bytes) -> FileFacts:
    """What a Makefile or justfile says. Each line of a recipe is a script of its own."""
    source = Source.decode(path, content, python=False)
    just = "just" in os.path.basename(path).lower()
    exported = set(re.findall(r"^export[ \t]+([A-Za-z_]\w*)[ \t]*$", source.text, re.MULTILINE))
    everything = _EXPORT_ALL.search(source.text) is not None
    lines = list(_find_lines(source, just=just))
    facts = Script()
    known: dict[str, StringValue] = {}
    for kind, body, containers in lines:
        if kind == "line" and (match := _VARIABLE.match(body.text)):
            public = everything or match["export"] is not None or match["name"] in exported
            facts.settings.append(_read_variable(body, match, containers, known, public=public))
            _remember(facts.settings[-1], known, just=just)
    for kind, body, containers in lines:
        if kind == "recipe":
            facts.add(read_script(body, containers, known=known))
    facts.settings.sort(key=lambda item: item.statement)
    return FileFacts.of(source, facts)


def _remember(setting: Setting, known: dict[str, StringValue], *, just: bool) -> None:
    """Take up a variable by the ways to write it; one that is set twice, or in a branch, may have any value."""
    ways = (f"{{{{{setting.name}}}}}",) if just else (f"$({setting.name})", f"${{{setting.name}}}")
    for way in ways:
        if setting.value and not setting.containers and way not in known:
            known[way] = setting.value[0]
        else:
            unknown = UnknownPart(way, setting.place, names=(setting.name,))
            known[way] = StringValue((unknown,), setting.place)


def _find_lines(source: Source, *, just: bool) -> Iterator[tuple[str, Fragment, tuple[Container, ...]]]:
    """Each logical line that matters, what it is, and what it is in: a branch of make, the recipe of a target."""
    lines = source.lines
    branches: list[Container] = []
    depth = 0
    target = ""
    number = 0
    while number < len(lines):
        first, text = number, lines[number]
        while lines[number].endswith("\\") and number + 1 < len(lines):
            number += 1
        number += 1
        word = text.split(maxsplit=1)[0] if text.strip() else ""
        inside = Fragment.of(source, [(text, first + 1, 1)]).span(0, len(text))
        indented = text[:1] == "\t" or (just and text[:1] == " ")
        if word in _BRANCHES:
            # Of many that are nested the outer ones count, and the innermost.
            branches = [*branches[: _MOST_BRANCHES - 1], Container("branch", word, inside)]
            depth += 1
        elif word == "endif" and depth:
            depth -= 1
            branches = branches[:depth]
        elif target and indented and word and not word.startswith("#"):
            column = len(text) - len(text.lstrip("\t @-+")) + 1
            body = [(text[column - 1 :], first + 1, column)]
            body += [(lines[at], at + 1, 1) for at in range(first + 1, number)]
            yield "recipe", Fragment.of(source, body), (*branches, Container("step", target, inside))
        elif not indented and word and not word.startswith("#"):
            rule = (_RECIPE if just else _RULE).match(text)
            target = rule["name"].strip() if rule else ""
            if rule is None:
                column = len(text) - len(text.lstrip()) + 1
                yield "line", Fragment.of(source, [(text[column - 1 :], first + 1, column)]), tuple(branches)


def _mark_default(part: KnownPart | UnknownPart, variable: str) -> KnownPart | UnknownPart:
    return replace(part, default_of=variable, variables=(variable,)) if isinstance(part, KnownPart) else part


def _read_variable(
    body: Fragment,
    match: re.Match[str],
    containers: tuple[Container, ...],
    known: Mapping[str, StringValue],
    *,
    public: bool,
) -> Setting:
    start = match.start("value")
    written = re.split(r"[ \t]#", match["value"], maxsplit=1)[0].rstrip(" \t\\")
    end = start + len(written)
    if len(written) > 1 and written[0] == written[-1] and written[0] in "\"'":  # of just; make keeps them
        start, end = start + 1, end - 1
    name = match["name"]
    parts = tuple(filled(body, start, end, known, name=name))
    if read := _FUNCTION.fullmatch(body.text, start, end):
        start, end = read.span("default") if read["default"] is not None else (start, end)
        parts = tuple(_mark_default(part, read["variable"]) for part in filled(body, start, end, known, name=name))
        if read["default"] is None:
            parts = (UnknownPart(read[0], body.place(start, end), variables=(read["variable"],)),)
    value = StringValue(parts, body.place(start, end))
    return Setting(
        name,
        value.place,
        body.span(0, len(body.text)),
        "shell",
        public,
        () if "+" in match["sign"] else (value,),
        (name,),
        containers,
        only_default="?" in match["sign"],
    )
