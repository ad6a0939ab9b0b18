"""What a pipeline passes to its components: `mlflow.run("component", parameters={…})`, by way of their `MLproject`."""

from __future__ import annotations

import os

from regilink_doctor.core.files import read_plain
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.data import Scalar, Table, find_data
from regilink_doctor.lint.resolve.config_files import find_roots, read_document
from regilink_doctor.lint.resolve.containers import find_by_key
from regilink_doctor.lint.resolve.imports import find_module
from regilink_doctor.lint.resolve.values import Literal, Loaded, TreePath, Value
from regilink_doctor.lint.text.memory import remembered
from regilink_doctor.lint.text.nodes import written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.lint.resolve.bindings import Module, Use
    from regilink_doctor.lint.resolve.context import Context

PROJECT_FILE = "MLproject"
_MAX_FILES = 200


def find_in_pipelines(context: Context, module: Module, flags: Sequence[str]) -> list[Value]:
    """The values that programs above a component give the parameter which its command passes by one of these flags."""
    folder = os.path.abspath(module.source.folder)
    values: list[Value] = []
    for parameter in _find_parameters(os.path.join(folder, PROJECT_FILE), tuple(flags)):
        for use in _find_runs(context, module):
            if _runs(context, use, os.path.basename(folder)):
                values += _find_given(context, use, parameter)
    return values


def _find_parameters(path: str, flags: tuple[str, ...]) -> Iterator[str]:
    """The parameters that the commands of a component pass by a flag, or in their own place: `--target {target}`."""
    document = read_document(path, "yaml")
    entries = find_data(document.root, ("entry_points",)) if document is not None else None
    for entry in entries.entries.values() if isinstance(entries, Table) else ():
        command = find_data(entry, ("command",))
        words = command.written.split() if isinstance(command, Scalar) else []
        for previous, word in zip(["", *words[:-1]], words, strict=True):
            flag, _, value = word.rpartition("=")
            parameter = value.strip("'\"\\").removeprefix("{").removesuffix("}")
            if "{" in value and ((flag or previous) in flags or (parameter in flags and previous[:1] != "-")):
                yield parameter


def _find_runs(context: Context, module: Module) -> Iterator[Use]:
    """The calls of `mlflow.run` in programs of the folders above."""
    for root in find_roots(module.source.folder)[1:]:
        for name in _list_pipelines(root):
            pipeline = find_module(context, name, module)
            for use in pipeline.uses if pipeline is not None and pipeline is not module else ():
                if (written_name(use.call.func) or "") in ("mlflow.run", "mlflow.projects.run"):
                    yield use


@remembered(256)
def _list_pipelines(folder: str) -> tuple[str, ...]:
    """The modules in a folder that run components."""
    names = [name for name in sorted(os.listdir(folder))[:_MAX_FILES] if name.endswith(".py")]
    found: list[str] = []
    for name in names:
        content = read_plain(os.path.join(folder, name), 1 << 20) or b""
        if b"mlflow" in content and b".run(" in content:
            found.append(name.removesuffix(".py"))
    return tuple(found)


def _runs(context: Context, use: Use, component: str) -> bool:
    """Whether a call runs the component in a folder of this name."""
    named = (*use.call.args[:1], *(keyword.value for keyword in use.call.keywords if keyword.arg == "uri"))
    for value in (value for node in named for value in context.value(node, use.at)):
        path = value.path if isinstance(value, TreePath) else value.pattern if isinstance(value, StringValue) else ""
        if os.path.basename(path.rstrip("/")) == component:
            return True
    return False


def _find_given(context: Context, use: Use, parameter: str) -> Iterator[Value]:
    for keyword in use.call.keywords:
        if keyword.arg == "parameters":
            for owner in context.value(keyword.value, use.at):
                if isinstance(owner, Literal | Loaded) and owner.is_mapping:
                    yield from find_by_key(context, owner, [parameter])
