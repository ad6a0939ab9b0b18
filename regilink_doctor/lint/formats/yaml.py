"""YAML: configurations of programs (Hydra, sweeps), CI files, compose and Kubernetes, conda's environments.

Composed to nodes, never constructed: every value has its place, tags mean nothing, and no value is made of anything.
"""

from __future__ import annotations

import re

from regilink_doctor.core.call_context import Container
from regilink_doctor.core.file_facts import Command, Setting
from regilink_doctor.core.findings import Place, Span
from regilink_doctor.lint.formats import ParsedFile
from regilink_doctor.lint.formats.data import MAX_DEPTH, DataList, Scalar, Table
from regilink_doctor.lint.formats.requirements import read_installed, read_requirement
from regilink_doctor.lint.formats.settings import ENVIRONMENT_KEYS, find_target_sites, is_worth_reading, keep_relevant
from regilink_doctor.lint.formats.shell import read_script
from regilink_doctor.lint.text.fragment import Fragment, loose_text, text_of
from regilink_doctor.lint.text.source import Source, Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeAlias

    from regilink_doctor.core.call_context import ContainerKind
    from regilink_doctor.core.file_facts import Requirement
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.lint.formats.data import Data, Keys, ScalarKind

    Node: TypeAlias = Any
    """A `yaml.Node`. yaml is loaded with the first file, and its types tell neither `id` nor `style`."""


_SCRIPTS = frozenset(
    {
        "run",
        "script",
        "before_script",
        "after_script",
        "bash",
        "shell",
        "command",
        "commands",
        "cmd",
        "entrypoint",
        "args",
    }
)
_ARGUMENTS = frozenset({"command", "cmd", "entrypoint", "args"})
"""A list below one of these is the words of one command, not commands."""
_PLACEHOLDERS = frozenset({"value", "values", "default", "const"})
"""Below a parameter of a sweep: the parameter's name tells more."""
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


def read(path: str, content: bytes) -> ParsedFile:
    """What a YAML file says; one that is a template of another program's says nothing.

    Raises:
        Unparsable: it is not YAML.
    """
    source = Source.decode(path, content, python=False)
    reader = _DocumentReader(source)
    for root in compose_documents(source):
        reader.read_document(root)
    settings = keep_relevant(reader.settings)
    return ParsedFile(
        (source,),
        tuple(find_target_sites(settings)),
        settings,
        (*reader.requirements, *read_installed(reader.commands)),
        tuple(reader.commands),
    )


def read_data(source: Source) -> Data | None:
    """The data of the only document, as `yaml.safe_load` gives it; None where there is none or are several.

    Raises:
        Unparsable: it is not YAML.
    """
    roots = list(compose_documents(source))
    return _DataReader(source).convert(roots[0], (), 0) if len(roots) == 1 else None


class _DataReader:
    """Makes data of nodes. What an alias repeats is made once, with the keys of its anchor."""

    def __init__(self, source: Source) -> None:
        import yaml

        self.source = source
        self.constructor = yaml.constructor.SafeConstructor()
        self.done: dict[int, Data | None] = {}

    def convert(self, node: Node, keys: Keys, depth: int) -> Data:
        if depth > MAX_DEPTH:
            raise Unparsable("nested too deeply", span_of(node), "YAML")
        if id(node) in self.done:
            # None: the node is inside itself.
            return self.done[id(node)] or Scalar(keys, place_of(self.source, node), None, "other", "")
        self.done[id(node)] = None
        data: Data
        if node.id == "mapping":
            data = self.convert_mapping(node, keys, depth)
        elif node.id == "sequence":
            items = (self.convert(item, (*keys, index), depth + 1) for index, item in enumerate(node.value))
            data = DataList(keys, place_of(self.source, node), tuple(items))
        else:
            data = self.convert_scalar(node, keys)
        self.done[id(node)] = data
        return data

    def convert_mapping(self, node: Node, keys: Keys, depth: int) -> Data:
        merged: dict[str, Data] = {}
        own: dict[str, Data] = {}
        repeated = set()
        for key, value in scalar_pairs(node):
            if key.tag == "tag:yaml.org,2002:merge":
                data = self.convert(value, (*keys, "<<"), depth + 1)
                for table in (data,) if isinstance(data, Table) else data.items if isinstance(data, DataList) else ():
                    merged = {**(table.entries if isinstance(table, Table) else {}), **merged}
                continue
            if key.value in own:
                repeated.add(key.value)
            own[key.value] = self.convert(value, (*keys, key.value), depth + 1)
        return Table(keys, place_of(self.source, node), {**merged, **own}, frozenset(repeated))

    def convert_scalar(self, node: Node, keys: Keys) -> Scalar:
        tag = node.tag.removeprefix("tag:yaml.org,2002:")
        if tag == "str":
            fragment = stretch_of(self.source, node)
            same = fragment.text == node.value
            place = fragment.place(0, len(fragment.text)) if same else place_of(self.source, node)
            return Scalar(keys, place, node.value, "string", node.value, fragment if same else None)
        kind = _KINDS.get(tag, "other")
        value = None
        if kind in ("number", "boolean"):
            try:
                value = self.constructor.construct_object(node)
            except ValueError:  # a number of thousands of digits
                kind = "other"
        place = place_of(self.source, node)
        return Scalar(keys, place, value, kind, node.value, stretch_of(self.source, node) if not node.style else None)


_KINDS: dict[str, ScalarKind] = {"null": "null", "bool": "boolean", "int": "number", "float": "number"}


class _DocumentReader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.settings: list[Setting] = []
        self.requirements: list[Requirement] = []
        self.commands: list[Command] = []
        self.seen: set[int] = set()

    def read_document(self, root: Node) -> None:
        names = {key.value for key, _ in scalar_pairs(root)}
        containers: tuple[Container, ...] = ()
        if "jobs" in names or "stages" in names or "pipelines" in names:
            containers = (Container("workflow", value_of(root, "name"), span_of(root)),)
        self.read_node(root, (), containers)

    def read_node(self, node: Node, keys: tuple[str, ...], containers: tuple[Container, ...]) -> None:
        """Everything below a node; one that is used again by an alias counts where it is defined."""
        todo = [(node, keys, containers)]
        while todo:
            node, keys, containers = todo.pop()
            if id(node) in self.seen:
                continue
            self.seen.add(id(node))
            if node.id == "mapping":
                containers = self.enclose(node, keys, containers)
                todo += reversed(
                    [step for pair in scalar_pairs(node) for step in self.read_pair(*pair, keys, containers)]
                )
            elif node.id == "sequence":
                if self.is_read_already(keys):
                    continue
                todo += reversed([(item, (*keys, str(index)), containers) for index, item in enumerate(node.value)])
            else:
                self.read_scalar(node, keys, containers)

    def enclose(self, node: Node, keys: tuple[str, ...], containers: tuple[Container, ...]) -> tuple[Container, ...]:
        """The containers of what stands in a mapping, itself added where it is one."""
        names = {key.value for key, _ in scalar_pairs(node)}
        kind: ContainerKind | None = None
        if len(keys) >= 2 and keys[-2] == "jobs":
            kind = "job"
        elif len(keys) >= 2 and keys[-2] in ("steps", "step"):
            kind = "step"
        elif len(keys) >= 2 and keys[-2] == "services":
            kind = "service"
        elif len(keys) == 1 and "script" in names:
            kind = "job"
        elif keys and names & ENVIRONMENT_KEYS:
            kind = "key"
        if kind is None:
            return containers
        name = value_of(node, "name") or value_of(node, "id") if kind == "step" else keys[-1]
        return (*containers, Container(kind, name, span_of(node)))

    def read_pair(
        self,
        key: Node,
        value: Node,
        keys: tuple[str, ...],
        containers: tuple[Container, ...],
    ) -> Iterator[tuple[Node, tuple[str, ...], tuple[Container, ...]]]:
        """What is below a key, unless it is understood as a whole."""
        name = key.value if isinstance(key.value, str) else ""
        below = (*keys, name)
        if name in ENVIRONMENT_KEYS and self.read_environment(value, below, containers):
            return
        if name in _SCRIPTS:
            self.read_script(name, value, containers)
            if value.id == "scalar":
                return
        if name in ("dependencies", "additional_dependencies", "pip", "pypi") and value.id == "sequence":
            self.read_dependencies(value, "pre-commit" if name == "additional_dependencies" else "")
        if value.id == "scalar":
            if value.start_mark.index >= key.start_mark.index:  # an alias stands before its key
                self.add_setting(key, value, below, containers, variable=False)
            return
        yield value, below, containers

    def read_environment(self, node: Node, keys: tuple[str, ...], containers: tuple[Container, ...]) -> bool:
        """`env:` as a mapping, a list of `X=value`, or one of names and values; False when it is something else."""
        if node.id == "mapping":
            inside = scalar_pairs(node)
            if not inside or not all(_VARIABLE.fullmatch(str(key.value)) or key.value == "<<" for key, _ in inside):
                return False
            for key, value in inside:
                if value.id == "scalar":
                    self.add_setting(key, value, (*keys, key.value), containers, variable=True)
            return True
        if node.id != "sequence" or not node.value:
            return False
        for item in node.value:
            if item.id == "scalar":
                self.read_assignment(item, keys, containers)
                continue
            by_name = {key.value: value for key, value in scalar_pairs(item)}
            name, value = by_name.get("name"), by_name.get("value")
            if name is not None and value is not None and name.id == value.id == "scalar":
                self.add_setting(name, value, (*keys, name.value), containers, variable=True, named_by=name.value)
        return True

    def read_assignment(self, item: Node, keys: tuple[str, ...], containers: tuple[Container, ...]) -> None:
        """`- X=value`, or `- X`, which passes it on."""
        stretch = stretch_of(self.source, item)
        text = stretch.text
        name, equals, _ = text.partition("=")
        if not _VARIABLE.fullmatch(name):
            return
        start = len(name) + len(equals)
        place = stretch.place(start, len(text)) if equals else stretch.place(0, len(text))
        value = (text_of(stretch, start, len(text), name),) if equals else ()
        self.settings.append(Setting(name, place, span_of(item), "yaml", True, value, (*keys, name), containers))

    def add_setting(
        self,
        key: Node,
        value: Node,
        keys: tuple[str, ...],
        containers: tuple[Container, ...],
        *,
        variable: bool,
        named_by: str | None = None,
    ) -> None:
        named = tuple(name for name in keys if name not in _PLACEHOLDERS and not name.isdigit()) or keys
        if not is_worth_reading(named, value.value):
            return
        given = value.value != "" or value.style is not None
        text = (text_at(self.source, value, named[-1]),) if given and not is_null(value) else ()
        place = text[0].place if text else place_of(self.source, key)
        self.settings.append(
            Setting(
                named_by or named[-1],
                place,
                span_of(key).joined(span_of(value)),
                "yaml",
                variable,
                text,
                named,
                containers,
            )
        )

    def read_scalar(self, node: Node, keys: tuple[str, ...], containers: tuple[Container, ...]) -> None:
        """An item of a list is a setting of the list's name."""
        if len(keys) > 1:
            self.add_setting(node, node, keys, containers, variable=False)

    def read_script(self, name: str, node: Node, containers: tuple[Container, ...]) -> None:
        scalars = (
            [node] if node.id == "scalar" else [item for item in node.value if getattr(item, "id", "") == "scalar"]
        )
        if node.id == "mapping":
            scalars = [value for key, value in scalar_pairs(node) if key.value == "command" and value.id == "scalar"]
        if node.id == "sequence" and name in _ARGUMENTS and scalars:
            words = tuple(text_at(self.source, item) for item in scalars)
            self.commands.append(Command(words, place_of(self.source, node), span_of(node), containers))
            return
        for item in scalars:
            script = read_script(stretch_of(self.source, item), containers)
            self.commands += script.commands
            self.settings += script.settings

    def is_read_already(self, keys: tuple[str, ...]) -> bool:
        """Whether a list was read as a whole already: commands and requirements."""
        return bool(keys) and keys[-1] in (*_SCRIPTS, "dependencies", "additional_dependencies", "pip")

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


_TEMPLATE = ("{{", "{%", "<%")


def compose_documents(source: Source) -> Iterator[Node]:
    """The root of each document; none of a template that is no YAML before it is filled.

    Raises:
        Unparsable: it is not YAML.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if _is_too_deep(source.text, loader):
            raise Unparsable("nested too deeply", Span(1, 1, 1, 1), "YAML")
        yield from (root for root in yaml.compose_all(source.text, Loader=loader) if root is not None)
    except RecursionError:
        raise Unparsable("nested too deeply", Span(1, 1, 1, 1), "YAML") from None
    except yaml.YAMLError as error:
        if any(mark in source.text for mark in _TEMPLATE):
            return
        mark = getattr(error, "problem_mark", None)
        line = min(mark.line + 1, len(source.lines)) if mark else 1
        column = min(mark.column + 1, len(source.lines[line - 1]) + 1) if mark else 1
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise Unparsable(reason, Span(line, column, line, column + 1), "YAML") from None


_SAFE_DEPTH = 5_000
"""libyaml's composer calls itself for each level and ends the process when the stack is full, at about 30,000."""


def _is_too_deep(text: str, loader: Any) -> bool:
    import yaml

    # Only flow collections and compact lists open a level with one or two characters.
    if sum(map(text.count, ("[", "{", "- ", "? "))) < _SAFE_DEPTH:
        return False
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _SAFE_DEPTH:
            return True
    return False


def scalar_pairs(node: Node) -> list[tuple[Node, Node]]:
    """The pairs of a mapping whose key is a scalar (YAML allows any), nothing for any other node."""
    return [pair for pair in node.value if pair[0].id == "scalar"] if node.id == "mapping" else []


def value_of(node: Node, name: str) -> str:
    """The scalar below a key of a mapping, as it is written."""
    return next((value.value for key, value in scalar_pairs(node) if key.value == name and value.id == "scalar"), "")


def is_null(node: Node) -> bool:
    """Whether a scalar is YAML's null."""
    return bool(node.tag == "tag:yaml.org,2002:null")


def span_of(node: Node) -> Span:
    """The span of a node."""
    start, end = node.start_mark, node.end_mark
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def place_of(source: Source, node: Node) -> Place:
    """The place of a node."""
    return Place(source.path, span_of(node))


def text_at(source: Source, node: Node, name: str | None = None) -> StringValue:
    """The value of a scalar, its characters where they stand if they stand there as they are."""
    stretch = stretch_of(source, node)
    if stretch.text.rstrip("\n") == node.value.rstrip("\n"):
        return text_of(stretch, 0, len(stretch.text.rstrip("\n")), name)
    return loose_text(node.value, place_of(source, node), name)


def stretch_of(source: Source, node: Node) -> Fragment:
    """What is written for a scalar, without quotes, indentation and the header of a block."""
    first, last = node.start_mark, node.end_mark
    if node.style in ("|", ">"):
        lines = [(source.lines[number], number + 1) for number in range(first.line + 1, last.line + bool(last.column))]
        while lines and not lines[-1][0].strip():
            lines.pop()
        indent = min((len(text) - len(text.lstrip()) for text, _ in lines if text.strip()), default=0)
        cut = [(text[indent:], number, indent + 1) for text, number in lines]
        return Fragment.of(source, cut, "\n" if node.style == "|" else " ")
    written = source.text[first.index : last.index]
    # A tag or an anchor stands in front of the value.
    start = first.index + (written.find(node.style) + 1 if node.style else 0)
    end = last.index - (1 if node.style else 0)
    if not node.style and written.endswith(node.value):
        start = last.index - len(node.value)
    line = first.line
    column = start - first.index + first.column + 1
    found = []
    for number, text in enumerate(source.text[start:end].split("\n")):
        stripped = text if number == 0 else text.lstrip()
        begins = column if number == 0 else len(text) - len(stripped) + 1
        found.append((stripped, line + number + 1, begins))
    return Fragment.of(source, found, " ")
