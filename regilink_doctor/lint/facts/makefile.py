"""Makefiles and justfiles: variables that are exported, and the commands of recipes."""

from __future__ import annotations

import os
import re

from regilink_doctor.core.records import replace
from regilink_doctor.core.sites import Container, Setting
from regilink_doctor.core.strings import StringValue, UnknownPart
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

_READ = re.compile(r"\$\([\w-]+\)|\$\{[\w-]+\}|\{\{[^{}]*\}\}")
"""How a recipe of make or just reads a variable."""

_FUNCTION = re.compile(
    r"""(?:env|env_var|env_var_or_default)\(\s*["'](?P<variable>\w+)["']\s*(?:,\s*(?P<quote>["'])(?P<default>[^"']*)(?P=quote)\s*)?\)"""
)
"""How a justfile reads the environment, with a default or without."""

_EXPORT_ALL = re.compile(r"^(?:export[ \t]*|\.EXPORT_ALL_VARIABLES:.*|set export.*)$", re.MULTILINE)
_MOST_BRANCHES = 20
_MOST_TARGETS = 20
"""Targets with one recipe."""

_MOST_OWN = 20
"""Variables of one target."""

_BRANCHES = ("ifeq", "ifneq", "ifdef", "ifndef")


def read(path: str, content: bytes) -> FileFacts:
    """What a Makefile or justfile says. Each line of a recipe is a script of its own.

    A variable of a target, `train: export WANDB_MODE = offline`, is before each command of its recipe.
    """
    source = Source.decode(path, content, python=False)
    just = "just" in os.path.basename(path).lower()
    exported = set(re.findall(r"^export[ \t]+([A-Za-z_]\w*)[ \t]*$", source.text, re.MULTILINE))
    everything = _EXPORT_ALL.search(source.text) is not None
    lines = list(_find_lines(source, just=just))
    facts = Script()
    known: dict[str, StringValue] = {}
    of_targets: dict[str, list[tuple[Setting, Setting]]] = {}
    """Each variable of a target as the shell of a recipe reads it, and as programs find it in the environment."""
    for kind, body, containers in lines:
        if kind != "recipe" and (match := _VARIABLE.match(body.text)):
            public = everything or match["export"] is not None or match["name"] in exported
            setting = shown = _read_variable(body, match, containers, known, public=public)
            if public and not just:
                shown = _read_variable(body, match, containers, known, public=public, keeps_quotes=True)
            if kind == "line":
                _remember(setting, known, just=just)
            for target in containers[-1].name.split() if kind == "target" else ():
                own = of_targets.setdefault(target, [])
                own += [(setting, shown)] if len(own) < _MOST_OWN else ()
            facts.settings.append(shown)
    for kind, body, containers in lines:
        if kind == "recipe":
            names = containers[-1].name.split(maxsplit=_MOST_TARGETS)[:_MOST_TARGETS]
            own = [pair for name in names for pair in of_targets.get(name, ())]
            named = {match[0].replace(" ", "") for match in _READ.finditer(body.text)}
            values = {way: known[way] for way in named if way in known}
            for setting, _ in own:
                _remember(setting, values, just=just, depth=1)
            facts.add(_put_before([shown for _, shown in own], read_script(body, containers, known=values)))
    facts.settings.sort(key=lambda item: item.statement)
    return FileFacts.of(source, facts)


def _put_before(settings: list[Setting], script: Script) -> Script:
    """The script with variables of its target in the environment of each command, which may set them again.

    One in a branch of make may have another value.
    """
    public = [setting for setting in settings if setting.variable and len(setting.containers) == 1]
    for number, command in enumerate(script.commands if public else ()):
        again = {setting.name for setting in command.environment}
        inherited = tuple(setting for setting in public if setting.name not in again)
        script.commands[number] = replace(command, environment=(*inherited, *command.environment))
    return script


def _remember(setting: Setting, known: dict[str, StringValue], *, just: bool, depth: int = 0) -> None:
    """Remember a variable under each way to write it; one that is set twice, or in a branch, may have any value.

    `depth` is 1 for one of a target, which counts before one of the file.
    """
    ways = (f"{{{{{setting.name}}}}}",) if just else (f"$({setting.name})", f"${{{setting.name}}}")
    for way in ways:
        if setting.value and len(setting.containers) == depth and (depth or way not in known):
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
            rest = text[rule.end() if rule else 0 :]
            column = len(text) - len(rest.lstrip()) + 1
            body = [(text[column - 1 :], first + 1, column)]
            if rule is None:
                yield "line", Fragment.of(source, body), tuple(branches)
            elif not just and "=" in rest:
                yield "target", Fragment.of(source, body), (*branches, Container("step", target, inside))


def _read_variable(
    body: Fragment,
    match: re.Match[str],
    containers: tuple[Container, ...],
    known: Mapping[str, StringValue],
    *,
    public: bool,
    keeps_quotes: bool = False,
) -> Setting:
    """A variable; make keeps its quotes, which the shell of a recipe takes out of the words of a command."""
    start = match.start("value")
    written = re.split(r"[ \t]#", match["value"], maxsplit=1)[0].rstrip(" \t\\")
    end = start + len(written)
    is_quoted = len(written) > 1 and written[0] == written[-1] and written[0] in "\"'"
    if is_quoted and not keeps_quotes:
        start, end = start + 1, end - 1
    name = match["name"]
    parts = tuple(filled(body, start, end, known, name=name))
    if read := _FUNCTION.fullmatch(body.text, start, end):
        start, end = read.span("default") if read["default"] is not None else (start, end)
        default = StringValue(tuple(filled(body, start, end, known, name=name)), body.place(start, end))
        parts = default.mark_known(default_of=read["variable"], variables=(read["variable"],)).parts
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
