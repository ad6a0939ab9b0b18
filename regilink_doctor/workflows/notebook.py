"""`%load_ext regilink_doctor`: what W&B's error means, under the cell that failed; and `%regilink`."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from regilink_doctor.core.files import show_path
from regilink_doctor.workflows.explain import last_exception
from regilink_doctor.workflows.explain.where_it_happens import explain_raised

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from regilink_doctor.workflows.explain.explanation import Explanation

_HELP = "%regilink lint [OPTIONS], %regilink doctor [OPTIONS] [TARGET ...], %regilink explain [TEXT]"
_HOOK = "_regilink_after_cell"
_ASKED = re.compile(r"^(\s*%?regilink explain .*?)\s*\?+(?=\s*$)")


def load_ipython_extension(shell: Any) -> None:
    """Explain errors of W&B under the cells that raise them, and define `%regilink`.

    Raises:
        TypeError: outside of IPython, where `get_ipython()` is None.
    """
    if hasattr(shell, _HOOK):
        return
    if not hasattr(shell, "events"):
        raise TypeError(f"load_ipython_extension(): shell must be IPython's, not {type(shell).__name__}")

    last = getattr(sys, "last_value", None)

    def after_cell(result: Any) -> None:
        nonlocal last
        before, last = last, getattr(sys, "last_value", None)
        # `%run` shows the error of its script, and the cell ends well.
        error = result.error_in_exec or (last if last is not before else None)
        if error is None:
            return
        with suppress(Exception):  # an explanation must never replace the error
            if (explanation := explain_raised(error)) is not None:
                show_explanation(explanation)

    def run_magic(line: str) -> None:
        run_regilink(line, shell)

    setattr(shell, _HOOK, after_cell)
    getattr(shell, "input_transformers_cleanup", []).append(drop_question_marks)
    shell.events.register("post_run_cell", after_cell)
    shell.register_magic_function(run_magic, magic_kind="line", magic_name="regilink")


def unload_ipython_extension(shell: Any) -> None:
    """Leave the errors alone again."""
    if hook := getattr(shell, _HOOK, None):
        shell.events.unregister("post_run_cell", hook)
        with suppress(AttributeError, ValueError):
            shell.input_transformers_cleanup.remove(drop_question_marks)
        delattr(shell, _HOOK)


def drop_question_marks(lines: list[str]) -> list[str]:
    """The lines without a `?` after `%regilink explain ...`: IPython would show the help of the word before it."""
    return [_ASKED.sub(r"\1", line) for line in lines]


def show_explanation(explanation: Explanation) -> None:
    """Show it under the cell: as HTML where the front end can, else as text."""
    shown = {"text/plain": explanation.text, "text/html": explanation._repr_html_()}
    import_module("IPython.display").display(shown, raw=True)


def run_regilink(line: str, shell: Any) -> None:
    """Run `regilink` for the notebook at hand."""
    try:
        command, *arguments = shlex.split(line) or [""]
    except ValueError:  # the apostrophe of a sentence
        command, *arguments = line.split()
    if command == "explain" and not arguments:
        error = last_exception()
        explanation = explain_raised(error) if error is not None else None
        if explanation is None:
            print("regilink: the last exception is not an error of W&B that is known")
        else:
            show_explanation(explanation)
    elif command == "lint":
        _run([command, *arguments], shell, with_notebook=not any(os.path.exists(word) for word in arguments))
    elif command == "doctor":
        _run([command, *arguments], shell, with_notebook=not any("registry" in word for word in arguments))
    elif command == "explain":
        _run([command, *arguments], shell)
    else:
        print(_HELP)


def _run(arguments: list[str], shell: Any, *, with_notebook: bool = False) -> None:
    """Run the command line in a process of its own, and print what it prints."""
    options: dict[str, Any] = {}
    if with_notebook:
        path, is_lint = find_notebook(shell), arguments[0] == "lint"
        if path is not None and is_lint:
            arguments = [*arguments, path]
        elif path is not None:
            arguments = [*arguments, "--stdin-filename", show_path(path)]
            options["input"] = Path(path).read_text(encoding="utf-8", errors="replace")
        elif any(map(_as_written, _cells(shell))):
            arguments = [*arguments, "--stdin-filename", "notebook.ipynb"]
            options["input"] = _executed_cells(shell)
        elif is_lint:
            print("regilink: no cell was executed before this one, so there is nothing to read; name a file")
            return
    done = subprocess.run(
        [sys.executable, "-m", "regilink_doctor", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},  # not that of the system, which Windows uses for pipes
        check=False,
        **options,
    )
    for text in (done.stdout, done.stderr):
        if text.strip():
            print(text.rstrip("\n"))


def find_notebook(shell: Any) -> str | None:
    """The file of the notebook, where its front end names it: VS Code, and Jupyter since its server 2."""
    for path in (shell.user_ns.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")):
        if isinstance(path, str) and path.endswith(".ipynb") and os.path.isfile(path):
            return path
    return None


def _cells(shell: Any) -> Iterator[str]:
    """The cells that were executed, in order."""
    yield from (cell for cell in shell.user_ns.get("In", [])[1:] if cell.strip())


def _executed_cells(shell: Any) -> str:
    import json

    cells: list[dict[str, object]] = [
        {"cell_type": "code", "source": cell, "metadata": {}, "outputs": [], "execution_count": None}
        for cell in (_as_written(text) for text in _cells(shell))
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _as_written(cell: str) -> str:
    """The cell without the calls that IPython makes of magics and shell lines."""
    return "\n".join(line for line in cell.splitlines() if not line.lstrip().startswith("get_ipython()"))
