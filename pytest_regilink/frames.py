"""What `inspect` is told, so that what we load does not make the import of wandb slower.

For each of wandb's models pydantic goes up the stack, until it finds the frame of the class (for the texts below its
fields, `_internal/_docs_extraction.py`; from Python 3.13 on it need not), and asks `inspect.getmodule` for the module
of every frame on its way. Those of the import system, and of `python -m`, have no file, and `inspect` remembers nothing
about them: it looks through all modules of the process, for each of these frames, hundreds of times. A test has more
of them than a script, for those of pytest and ours come on top.
"""

from __future__ import annotations

import inspect
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FROZEN = ("importlib._bootstrap", "importlib._bootstrap_external", "runpy")


@contextmanager
def import_frames_known() -> Iterator[None]:
    """`inspect` knows the modules of these frames: by their names, and by what it makes of them in this folder."""
    files = {f"<frozen {module}>": module for module in _FROZEN if sys.version_info < (3, 13)}
    files |= {os.path.normcase(os.path.abspath(file)): module for file, module in files.items()}
    inspect.modulesbyfile.update(files)
    try:
        yield
    finally:
        for file in files:
            inspect.modulesbyfile.pop(file, None)
