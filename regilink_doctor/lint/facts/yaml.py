"""YAML: configurations of programs (Hydra, sweeps), CI files, compose and Kubernetes, conda's environments.

Composed to nodes, never constructed: every value has its place, tags mean nothing, and no value is made of anything.
"""

from __future__ import annotations

import re
from itertools import product
from math import prod

from regilink_doctor.core.records import field, record, replace
from regilink_doctor.core.sites import Command, Container, Setting
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.lint.data.yaml import compose_documents, place_of, scalar_pairs, span_of, stretch_of
from regilink_doctor.lint.facts import FileFacts, Program
from regilink_doctor.lint.facts.requirements import read_requirement
from regilink_doctor.lint.facts.settings import ENVIRONMENT_KEYS, is_worth_reading
from regilink_doctor.lint.facts.shell import Script, read_script, runs_python, runs_script
from regilink_doctor.lint.text.fragment import filled, loose_text, text_of
from regilink_doctor.lint.text.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any, TypeAlias, TypeVar

    from regilink_doctor.core.sites import ContainerKind, Requirement

    T = TypeVar("T")
    Node: TypeAlias = Any
    """A `yaml.Node`. yaml is loaded with the first file, and its types tell neither `id` nor `style`."""


_SCRIPTS = frozenset({
    "run", "script", "before_script", "after_script", "bash", "shell", "command", "commands", "cmd",
    "entrypoint", "args",
})  # fmt: skip
_ARGUMENTS = frozenset({"command", "cmd", "entrypoint", "args"})
"""A list below one of these is the words of one command, not commands."""
_READ_WHOLE = _SCRIPTS | {"dependencies", "additional_dependencies", "pip"}
"""Keys of lists that are read as a whole: commands and requirements."""
_PLACEHOLDERS = frozenset({"value", "values", "default", "const"})
"""Below a parameter of a sweep: the parameter's name tells more."""
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_MOST_RUNS = 16
"""Of a sweep: each has one value of each parameter."""


def read(path: str, content: bytes) -> FileFacts:
    """What a YAML file says.

    Raises:
        OtherFormat: it is a template of another program.
        Unparsable: it is not YAML.
    """
    source = Source.decode(path, content, python=False)
    reader = _DocumentReader(source)
    # All of them first: the reader knows nodes by their identity, which one of the next document may take over.
    for root in list(compose_documents(source)):
        reader.read_document(root)
    reader.script.settings.sort(key=lambda item: item.statement)
    return FileFacts.of(source, reader.script, tuple(reader.requirements))


@record
class _Scope:
    """What holds below a node: the containers, the values of variables, the shell that runs scripts."""

    containers: tuple[Container, ...] = ()
    known: Mapping[str, StringValue] = field(default_factory=dict, hash=False)
    shell: str = ""
    runs: tuple[Mapping[str, StringValue], ...] = field(default=(), hash=False)
    """For each run of a job with a matrix, the values that are known in this run."""
    differing: tuple[str, ...] = ()
    """What a string names that has a value for each of the runs: `matrix.`, variables."""

    def is_by_run(self, written: str) -> bool:
        """Whether a string is another one in each run of the job."""
        return bool(self.runs) and any(name in written for name in self.differing)

    def find_runs(self, written: str) -> list[Mapping[str, StringValue]]:
        """The values that are known in each run of the job, if a string is another one in each."""
        return [{**self.known, **run} for run in self.runs] if self.is_by_run(written) else [self.known]

    def add_settings(self, settings: Sequence[Setting]) -> _Scope:
        """It with the values that variables are set to, some of them for each run."""
        by_run = [item for item in settings if item.turns]
        values = [
            _name_values(replace(item, value=(turn,)) for item in by_run if (turn := item.turns[number]) is not None)
            for number in range(len(self.runs))
        ]
        runs = tuple([{**run, **more} for run, more in zip(self.runs, values, strict=True)])
        differing = tuple(dict.fromkeys((*self.differing, *[item.name for item in by_run])))
        return replace(self, known={**self.known, **_name_values(settings)}, runs=runs, differing=differing)


class _DocumentReader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.requirements: list[Requirement] = []
        self.script = Script()
        self.seen: set[int] = set()
        self.understood: set[int] = set()
        """Nodes that have been handled: variables of the environment, and strings that no shell reads."""

    def read_document(self, root: Node) -> None:
        names = {key.value for key, _ in scalar_pairs(root)}
        containers: tuple[Container, ...] = ()
        if "jobs" in names or "stages" in names or "pipelines" in names:
            containers = (Container("workflow", written_scalar(find_below(root, "name")), span_of(root)),)
        if "program" in names and "parameters" in names:
            self.script.commands += self.read_sweep(root)
        self.read_node(root, (), _Scope(containers, self.find_inputs(root)))

    def read_node(self, node: Node, keys: tuple[str, ...], scope: _Scope) -> None:
        """Everything below a node; one that is used again by an alias counts where it is defined."""
        todo = [(node, keys, scope)]
        while todo:
            node, keys, scope = todo.pop()
            if id(node) in self.seen:
                continue
            self.seen.add(id(node))
            if node.id == "mapping":
                pairs = scalar_pairs(node)
                below = {key.value: value for key, value in pairs}
                scope = self.enclose(node, below, keys, scope)
                self.read_whole_command(below, scope)
                todo += reversed([step for pair in pairs for step in self.read_pair(*pair, keys, scope)])
            elif node.id == "sequence":
                if keys and keys[-1] in _READ_WHOLE:
                    continue
                todo += reversed([(item, (*keys, str(index)), scope) for index, item in enumerate(node.value)])
            elif len(keys) > 1:  # an item of a list is a setting of the list's name
                self.add_setting(node, node, keys, scope)

    # What holds below a node

    def enclose(self, node: Node, pairs: dict[str, Node], keys: tuple[str, ...], scope: _Scope) -> _Scope:
        """What holds in a mapping: it may be a container, and have variables and a shell of its own."""
        kind: ContainerKind | None = None
        if len(keys) >= 2 and keys[-2] == "jobs":
            kind = "job"
        elif len(keys) >= 2 and keys[-2] in ("steps", "step"):
            kind = "step"
        elif len(keys) >= 2 and keys[-2] == "services":
            kind = "service"
        elif len(keys) == 1 and not {"script", "parallel"}.isdisjoint(pairs):
            kind = "job"
        elif keys and not ENVIRONMENT_KEYS.isdisjoint(pairs):
            kind = "key"
        if written_scalar(pairs.get("uses")).startswith("actions/github-script@"):
            self.understood.add(id(find_below(pairs.get("with"), "script")))  # JavaScript
        containers = scope.containers
        if kind is not None:
            name = written_scalar(pairs.get("name")) or written_scalar(pairs.get("id")) if kind == "step" else keys[-1]
            containers = (*containers, Container(kind, name, span_of(node)))
        scope = replace(scope, containers=containers)
        if kind == "job":
            scope = self.read_matrix(pairs, keys, scope)
        is_environment = written_scalar(pairs.get("kind")) in ("ConfigMap", "Secret")
        named = ENVIRONMENT_KEYS | {"data", "stringData"} if is_environment else ENVIRONMENT_KEYS
        for name in [name for name in pairs if name in named]:
            settings = self.read_environment(pairs[name], (*keys, name), scope)
            if settings is not None:
                self.understood.add(id(pairs[name]))
                self.script.settings += settings
                # Compose fills `$X` in from its own environment, not from that of the container.
                scope = scope.add_settings(settings) if kind != "service" else scope
        own = written_scalar(pairs.get("shell"))
        shell = own or written_scalar(find_below(pairs.get("defaults"), "run", "shell")) or scope.shell
        return replace(scope, shell=shell)

    def read_environment(self, node: Node, keys: tuple[str, ...], scope: _Scope) -> list[Setting] | None:
        """`env:` as a mapping, a list of `X=value`, or one of names and values; None when it is something else."""
        settings: list[Setting | None] = []
        if node.id == "mapping":
            inside = scalar_pairs(node)
            if not inside or not all(_VARIABLE.fullmatch(str(key.value)) or key.value == "<<" for key, _ in inside):
                return None
            merged = [pair for key, value in inside if key.value == "<<" for pair in scalar_pairs(value)]
            for key, value in (*merged, *inside):
                scalar = find_below(value, "value") if value.id == "mapping" else value  # GitLab describes a variable
                if scalar is not None and scalar.id == "scalar":
                    settings.append(self.make_setting(key, scalar, (*keys, key.value), scope, variable=True))
        elif node.id != "sequence" or not node.value:
            return None
        for item in node.value if node.id == "sequence" else ():
            if item.id == "scalar":
                settings.append(self.read_assignment(item, keys, scope.containers))
                continue
            by_name = {key.value: value for key, value in scalar_pairs(item)}
            name, value = by_name.get("name"), by_name.get("value")
            if name is not None and value is not None and name.id == value.id == "scalar":
                settings.append(self.make_setting(name, value, (*keys, name.value), scope, variable=True))
        return [setting for setting in settings if setting is not None]

    def read_assignment(self, item: Node, keys: tuple[str, ...], containers: tuple[Container, ...]) -> Setting | None:
        """`- X=value`, or `- X`, which passes it on."""
        stretch = stretch_of(self.source, item)
        text = stretch.text
        name, equals, _ = text.partition("=")
        if not _VARIABLE.fullmatch(name):
            return None
        start = len(name) + len(equals)
        place = stretch.place(start, len(text)) if equals else stretch.place(0, len(text))
        value = (text_of(stretch, start, len(text), name),) if equals else ()
        return Setting(name, place, span_of(item), "yaml", True, value, (*keys, name), containers)

    def read_matrix(self, pairs: Mapping[str, Node], keys: tuple[str, ...], scope: _Scope) -> _Scope:
        """What holds in a job: the values of its `matrix:`, which GitLab and Azure set as variables, in each run."""
        node = find_below(pairs.get("strategy"), "matrix")
        described = [value for _, value in scalar_pairs(node) if value.id == "mapping"]
        if (listed := find_below(pairs.get("parallel"), "matrix")) is not None and listed.id == "sequence":
            described = [item for item in listed.value if item.id == "mapping"]
            node = listed
        runs = [run for item in described for run in self.read_variable_runs(item)][:_MOST_RUNS]
        if not runs:
            return replace(scope, runs=self.read_github_matrix(node), differing=("matrix.",))
        self.understood |= {id(node), *map(id, described)}
        settings: list[Setting] = []
        for name in dict.fromkeys(name for run in runs for name in run):
            turns = tuple([run.get(name) for run in runs])
            values = tuple(dict.fromkeys([value for value in turns if value is not None]))
            place = values[0].place
            settings.append(
                Setting(
                    name,
                    place,
                    place.span,
                    "yaml",
                    True,
                    values,
                    (*keys, "matrix", name),
                    scope.containers,
                    turns=turns,
                )
            )
        self.script.settings += settings
        return replace(scope, runs=tuple([{} for _ in runs])).add_settings(settings)

    def read_variable_runs(self, node: Node) -> list[dict[str, StringValue]]:
        """The variables of each run that one mapping describes: every combination of the values in its lists."""
        choices: list[list[tuple[str, StringValue]]] = []
        for key, value in scalar_pairs(node):
            items = [item for item in (value.value if value.id == "sequence" else [value]) if item.id == "scalar"]
            if not _VARIABLE.fullmatch(key.value) or not items:
                return []
            choices.append([(key.value, text_at(self.source, item, key.value)) for item in items])
        return [dict(run) for run in _combine(choices)]

    def read_github_matrix(self, node: Node | None) -> tuple[Mapping[str, StringValue], ...]:
        """The values of `matrix:` in each run of a job, by the expressions that stand for them.

        `include` adds to the combinations that it fits, and is a run of its own where it fits none.
        """
        choices: list[list[dict[str, StringValue]]] = []
        others: dict[str, list[dict[str, StringValue]]] = {"include": [], "exclude": []}
        for key, value in scalar_pairs(node):
            items = value.value if value.id == "sequence" else ()
            if key.value in others:
                others[key.value] += [self.read_choice(item, "matrix") for item in items]
            elif items:
                choices.append([self.read_choice(item, f"matrix.{key.value}") for item in items])
        combined = [{key: text for item in items for key, text in item.items()} for items in _combine(choices)]
        runs = [run for run in combined if not any(_fits(run, item, item) for item in others["exclude"])]
        added: list[dict[str, StringValue]] = [{} for _ in runs]
        alone: list[dict[str, StringValue]] = []
        for item in others["include"]:
            fitting = [number for number, run in enumerate(runs) if _fits(run, item, run.keys() & item.keys())]
            for number in fitting:
                added[number] |= item
            alone += [] if fitting else [item]
        return tuple([*({**run, **more} for run, more in zip(runs, added, strict=True)), *alone][:_MOST_RUNS])

    def read_choice(self, item: Node, name: str) -> dict[str, StringValue]:
        """One value of a matrix: a scalar, or several of them by their keys."""
        if item.id == "scalar":
            return {f"${{{{{name}}}}}": text_at(self.source, item, name.rpartition(".")[2])}
        return {
            f"${{{{{name}.{key.value}}}}}": text_at(self.source, value, key.value)
            for key, value in scalar_pairs(item)
            if value.id == "scalar"
        }

    def find_inputs(self, root: Node) -> dict[str, StringValue]:
        """The defaults of the inputs of a workflow, or of an action, by the expressions that stand for them."""
        known: dict[str, StringValue] = {}
        inputs = [find_below(root, "on", event, "inputs") for event in ("workflow_dispatch", "workflow_call")]
        for node in (*inputs, find_below(root, "inputs")):
            for key, value in scalar_pairs(node):
                default = find_below(value, "default")
                if default is None or default.id != "scalar" or not default.value:
                    continue
                string = text_at(self.source, default, key.value).mark_known(default_of=f"inputs.{key.value}")
                known[f"${{{{inputs.{key.value}}}}}"] = known[f"${{{{github.event.inputs.{key.value}}}}}"] = string
        return known

    # Settings

    def read_pair(
        self, key: Node, value: Node, keys: tuple[str, ...], scope: _Scope
    ) -> Iterator[tuple[Node, tuple[str, ...], _Scope]]:
        """What is below a key, unless it is understood as a whole."""
        name = key.value if isinstance(key.value, str) else ""
        below = (*keys, name)
        if id(value) in self.understood:
            return
        if name in _SCRIPTS:
            self.read_scripts(name, value, scope)
            if value.id == "scalar":
                return
        if name in ("dependencies", "additional_dependencies", "pip", "pypi") and value.id == "sequence":
            self.read_dependencies(value, "pre-commit" if name == "additional_dependencies" else "")
        if value.id == "scalar":
            if value.start_mark.index >= key.start_mark.index:  # an alias comes before its key
                self.add_setting(key, value, below, scope)
            return
        yield value, below, scope

    def add_setting(self, key: Node, value: Node, keys: tuple[str, ...], scope: _Scope) -> None:
        named = tuple([name for name in keys if name not in _PLACEHOLDERS and not name.isdigit()]) or keys
        if is_worth_reading(named, value.value):
            setting = self.make_setting(key, value, named, scope, variable=False)
            is_item = keys[-1].isdigit() and keys[-2] not in _PLACEHOLDERS
            self.script.settings.append(replace(setting, is_item=True) if is_item else setting)

    def make_setting(self, key: Node, value: Node, keys: tuple[str, ...], scope: _Scope, *, variable: bool) -> Setting:
        is_set = (value.value != "" or value.style is not None) and value.tag != "tag:yaml.org,2002:null"
        runs = scope.find_runs(str(value.value)) if is_set else []
        all_texts = [text_at(self.source, value, keys[-1], known) for known in runs]
        texts = tuple(all_texts if len(runs) < 2 else dict.fromkeys(all_texts))
        turns = tuple(all_texts) if scope.is_by_run(str(value.value)) else ()
        place = texts[0].place if texts else place_of(self.source, key)
        span = span_of(key).joined(span_of(value))
        return Setting(keys[-1], place, span, "yaml", variable, texts, keys, scope.containers, turns=turns)

    # Commands

    def read_scripts(self, name: str, node: Node, scope: _Scope) -> None:
        """The commands below a key: a script, a list of them, or the words of one command."""
        if node.id == "mapping":
            below = find_below(node, "command")
            scalars = [below] if below is not None and below.id == "scalar" else []
        else:
            items = [node] if node.id == "scalar" else node.value
            scalars = [item for item in items if item.id == "scalar"]
        if node.id == "sequence" and name in _ARGUMENTS and scalars:
            self.add_command(scalars, node, scope)
            return
        for item in scalars:
            self.read_script(item, scope)

    def read_script(self, node: Node, scope: _Scope) -> None:
        stretch = stretch_of(self.source, node)
        if scope.shell.startswith("python"):
            self.script.programs.append(Program(stretch))
            return
        scripts = [read_script(stretch, scope.containers, known=known) for known in scope.find_runs(stretch.text)]
        if scope.is_by_run(stretch.text):
            _merge_runs(scripts)
        self.script.add(scripts[0])

    def add_command(self, scalars: list[Node], node: Node, scope: _Scope) -> None:
        """A command that is written as a list of words; the script of one that calls a shell."""
        words = tuple(text_at(self.source, item) for item in scalars)
        self.script.commands.append(Command(words, place_of(self.source, node), span_of(node), scope.containers))
        self.read_last_word(words, scalars[-1], scope)

    def read_last_word(self, words: Sequence[StringValue], node: Node, scope: _Scope) -> None:
        """The script, or the Python, that a command has as its last word."""
        before = [word.literal or "" for word in words[:-1]]
        if runs_script(before):
            self.read_script(node, scope)
        elif runs_python(before):
            self.script.programs.append(Program(stretch_of(self.source, node)))

    def read_whole_command(self, pairs: dict[str, Node], scope: _Scope) -> None:
        """The command of a container, of which one key has the program and another one its arguments."""
        parts = [pairs[name] for name in ("entrypoint", "command", "args") if name in pairs][:2]
        words: list[StringValue] = []
        scalars: list[Node] = []
        for part in parts if len(parts) > 1 else ():
            if part.id == "sequence":
                scalars = [item for item in part.value if item.id == "scalar"]
                words += [text_at(self.source, item) for item in scalars]
            elif part.id == "scalar":
                for command in read_script(stretch_of(self.source, part), known=scope.known).commands[:1]:
                    words += command.words
        if words:
            place = place_of(self.source, parts[0])
            self.script.commands.append(Command(tuple(words), place, place.span, scope.containers))
            if scalars and len(scalars) < len(words):
                self.read_last_word(words, scalars[-1], scope)
        self.read_argo_script(pairs.get("command"), pairs.get("source"), scope)

    def read_argo_script(self, command: Node | None, source: Node | None, scope: _Scope) -> None:
        """`command: [python]` and `source:` of Argo Workflows."""
        if command is None or source is None or command.id != "sequence" or source.id != "scalar":
            return
        words = [str(item.value) for item in command.value if item.id == "scalar"]
        if runs_python([*words, "-c"]):
            self.script.programs.append(Program(stretch_of(self.source, source)))
        elif runs_script([*words, "-c"]):
            self.read_script(source, scope)

    def read_sweep(self, root: Node) -> Iterator[Command]:
        """The commands of a sweep of W&B: the agent calls the program with a value for each parameter."""
        place = place_of(self.source, root)
        choices: list[tuple[str, list[StringValue]]] = []
        for key, parameter in scalar_pairs(find_below(root, "parameters")):
            value, values = find_below(parameter, "value"), find_below(parameter, "values")
            items = values.value if values is not None and values.id == "sequence" else []
            scalars = [item for item in ([value] if value is not None else items) if item.id == "scalar"]
            texts = [text_at(self.source, item, key.value) for item in scalars]
            if texts:
                choices.append((key.value, texts))
        command = find_below(root, "command")
        listed = command.value if command is not None and command.id == "sequence" else []
        template = [item.value for item in listed if item.id == "scalar"]
        for number in range(min(max((len(texts) for _, texts in choices), default=1), _MOST_RUNS)):
            words: list[StringValue] = []
            for word in template or ["${interpreter}", "${program}", "${args}"]:
                if word in ("${args}", "${args_no_boolean_flags}", "${args_no_hyphens}"):
                    hyphens = "" if "hyphens" in word else "--"
                    for name, texts in choices:
                        text = texts[number % len(texts)]
                        words.append(StringValue((KnownPart(f"{hyphens}{name}=", place), *text.parts), text.place))
                else:
                    word = {"${interpreter}": "python", "${program}": written_scalar(find_below(root, "program"))}.get(
                        word, word
                    )
                    words.append(StringValue.of(word, place))
            yield Command(tuple(words), place, place.span)

    # Requirements

    def read_dependencies(self, node: Node, group: str) -> None:
        for item in node.value:
            if item.id == "scalar":
                stretch = stretch_of(self.source, item)
                text = stretch.text
                end = len(text) if text.count("=") < 2 or "==" in text else text.rindex("=")  # conda: name=1.2=build
                if found := read_requirement(stretch, 0, end, span_of(item), group=group):
                    self.requirements.append(found)
            for key, value in scalar_pairs(item):
                if key.value == "pip" and value.id == "sequence":
                    self.read_dependencies(value, group)


def _combine(choices: Sequence[Sequence[T]]) -> list[tuple[T, ...]]:
    """Every combination of one of each; of too many, as many as show each choice."""
    if prod(map(len, choices)) <= _MOST_RUNS:
        return list(product(*choices)) if choices else []
    runs = min(max(map(len, choices)), _MOST_RUNS)
    return [tuple([items[number % len(items)] for items in choices]) for number in range(runs)]


def _fits(run: Mapping[str, StringValue], item: Mapping[str, StringValue], keys: Iterable[str]) -> bool:
    """Whether a run has these values of an item."""
    return all(key in run and run[key].pattern == item[key].pattern for key in keys)


def _merge_runs(scripts: list[Script]) -> None:
    """Add to the first script, which one run of a matrix has, what the same script says in the other runs."""
    by_run = [script.settings for script in scripts]
    commands = [replace(command, turn=turn) for turn, script in enumerate(scripts) for command in script.commands]
    passed = {id(item) for command in commands for item in command.environment}
    merged: list[Setting] = []
    for same in zip(*by_run, strict=False):
        values = tuple([setting.value[0] for setting in same if setting.value])
        is_own = id(same[0]) in passed or len(values) < len(same)
        merged += same if is_own else [replace(same[0], value=tuple(dict.fromkeys(values)), turns=values)]
    scripts[0].settings[:], scripts[0].commands[:] = merged, commands


def _name_values(settings: Iterable[Setting]) -> dict[str, StringValue]:
    """The values of variables by the ways to write them: `$X`, of GitHub `${{ env.X }}`, of Azure `$(X)`."""
    known: dict[str, StringValue] = {}
    for setting in settings:
        unknown = StringValue((UnknownPart(f"${setting.name}", setting.place, names=(setting.name,)),), setting.place)
        value = setting.value[0] if setting.value else unknown
        known |= dict.fromkeys((setting.name, f"${{{{env.{setting.name}}}}}", f"$({setting.name})"), value)
    return known


def find_below(node: Node | None, *names: str) -> Node | None:
    """The node below keys of mappings; None where there is none."""
    for name in names:
        node = next((value for key, value in scalar_pairs(node) if key.value == name), None)
    return node


def written_scalar(node: Node | None) -> str:
    """A scalar as it is written; nothing for any other node."""
    return str(node.value) if node is not None and node.id == "scalar" else ""


def text_at(
    source: Source, node: Node, name: str | None = None, known: Mapping[str, StringValue] | None = None
) -> StringValue:
    """The value of a scalar, its characters where they stand if they stand there as they are.

    `known` are the expressions `${{ … }}` whose values are known, without spaces.
    """
    stretch = stretch_of(source, node)
    if stretch.text.rstrip("\n") == node.value.rstrip("\n"):
        end = len(stretch.text.rstrip("\n"))
        expressions = {key: text for key, text in (known or {}).items() if key.startswith("$")}
        place = stretch.place(0, end)
        return StringValue(tuple(filled(stretch, 0, end, expressions, name=name, place=place)), place)
    return loose_text(node.value, place_of(source, node), name)
