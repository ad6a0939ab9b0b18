"""YAML: configurations of programs (Hydra, sweeps), CI files, compose and Kubernetes, conda's environments.

Composed to nodes, never constructed: every value has its place, tags mean nothing, and no value is made of anything.
"""

from __future__ import annotations

import re

from regilink_doctor.core.call_context import Container
from regilink_doctor.core.file_facts import Command, Setting
from regilink_doctor.lint.data.yaml import compose_documents, place_of, scalar_pairs, span_of, stretch_of
from regilink_doctor.lint.formats import ParsedFile
from regilink_doctor.lint.formats.requirements import read_installed, read_requirement
from regilink_doctor.lint.formats.settings import ENVIRONMENT_KEYS, find_target_sites, is_worth_reading, keep_relevant
from regilink_doctor.lint.formats.shell import read_script
from regilink_doctor.lint.text.fragment import loose_text, text_of
from regilink_doctor.lint.text.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeAlias

    from regilink_doctor.core.call_context import ContainerKind
    from regilink_doctor.core.file_facts import Requirement
    from regilink_doctor.core.strings import StringValue

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


def value_of(node: Node, name: str) -> str:
    """The scalar below a key of a mapping, as it is written."""
    return next((value.value for key, value in scalar_pairs(node) if key.value == name and value.id == "scalar"), "")


def is_null(node: Node) -> bool:
    """Whether a scalar is YAML's null."""
    return bool(node.tag == "tag:yaml.org,2002:null")


def text_at(source: Source, node: Node, name: str | None = None) -> StringValue:
    """The value of a scalar, its characters where they stand if they stand there as they are."""
    stretch = stretch_of(source, node)
    if stretch.text.rstrip("\n") == node.value.rstrip("\n"):
        return text_of(stretch, 0, len(stretch.text.rstrip("\n")), name)
    return loose_text(node.value, place_of(source, node), name)
