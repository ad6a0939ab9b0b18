"""A `python` that has imported wandb already: a program is forked instead of started, and takes no second for it.

For tests whose programs use the SDK in a process of their own, and say nothing about how Python starts. `serve` is a
server of one thread that imports wandb when it is first asked and forks for each program; `python`, a script in a
folder of its own, hands it the arguments, environment, folder and streams of the process that it is, and ends as the
program does. What the server cannot do as Python does (`-I`, `-S` and other options) the script leaves to the real
Python.

A fork has its own modules, environment, folder, streams and `sitecustomize`, but not the script's process id.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import socket
import struct
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, TracebackType

CLIENT = """#!{python} -IS
import json, os, signal, socket, struct, sys

words = sys.argv[1:]
if not words or (words[0].startswith("-") and words[0] not in ("-c", "-m", "-W", "-u", "-B")):
    os.execv({python!r}, [{python!r}, *words])
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
request = json.dumps([words, os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(server, [struct.pack("!I", len(request))], [0, 1, 2])
server.sendall(request)
(process,) = struct.unpack("!i", server.recv(4, socket.MSG_WAITALL))
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda number, _: os.kill(process, number))
(status,) = struct.unpack("!i", server.recv(4, socket.MSG_WAITALL))
if status < 0:
    if -status != signal.SIGKILL:
        signal.signal(-status, signal.SIG_DFL)
    os.kill(os.getpid(), -status)
os._exit(status)
"""


@contextmanager
def serve_forks(folder: Path) -> Iterator[Path]:
    """Start the server; the path of a `python` that uses it."""
    address = str(folder / "socket")
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    # An environment of its own that shows the packages of the real one, for who looks for wandb beside its Python.
    home = f"home = {Path(sys.executable).parent}\ninclude-system-site-packages = true\n"
    (folder / "pyvenv.cfg").write_text(home, encoding="utf-8")
    python.write_text(CLIENT.format(python=sys.executable, address=address), encoding="utf-8")
    python.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        command = [sys.executable, "-W", "ignore", __file__, str(listener.fileno())]
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("WANDB_", "REGILINK_"))}
        with subprocess.Popen(command, env=environ, pass_fds=[listener.fileno()], stdin=subprocess.PIPE):
            yield python


def import_what_runs_need() -> None:
    """wandb, and what it imports when a run starts and links."""
    for name in ("wandb", "wandb.sdk.launch", "wandb.apis.public"):
        importlib.import_module(name)
    generated = importlib.import_module("wandb.sdk.artifacts._generated")
    for module in pkgutil.iter_modules(generated.__path__, f"{generated.__name__}."):
        importlib.import_module(module.name)


def serve(listener: socket.socket) -> None:
    """Fork for each program. The function returns only in the forks, when their program has ended."""
    waiting: set[int] = set()
    while listener in select.select([listener, sys.stdin], [], [])[0]:  # standard input ends with the test process
        connection, _ = listener.accept()
        if "wandb" not in sys.modules:
            import_what_runs_need()
            assert threading.active_count() == 1
            gc.freeze()
        waiting -= {process for process in waiting if os.waitpid(process, os.WNOHANG)[0]}
        process = os.fork()
        if not process:
            listener.close()
            return _fork_program(connection)
        waiting.add(process)
        connection.close()
    os._exit(0)


def _fork_program(connection: socket.socket) -> None:
    """Fork the program, wait for it and send its status; only the program returns."""
    header, streams, _, _ = socket.recv_fds(connection, 4, 3)
    (length,) = struct.unpack("!I", header)
    words, folder, environ = json.loads(connection.recv(length, socket.MSG_WAITALL))
    process = os.fork()
    if process:
        connection.sendall(struct.pack("!i", process))
        for stream in streams:
            os.close(stream)
        _, status = os.waitpid(process, 0)
        connection.sendall(struct.pack("!i", os.waitstatus_to_exitcode(status)))
        os._exit(0)
    connection.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    _run_program(words)


def _run_program(words: list[str]) -> None:
    """Do what `python WORDS` does after its start."""
    sys.excepthook = _show_traceback
    warnings.resetwarnings()
    while words[0] in ("-W", "-u", "-B"):
        option, *words = words
        if option == "-W":
            category, *words = words
            warnings.simplefilter(category)  # type: ignore[arg-type]
        elif option == "-u":
            sys.stdout.reconfigure(write_through=True)  # type: ignore[union-attr]
        else:
            sys.dont_write_bytecode = True
    added = [os.path.abspath(part) for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    sys.path[:1] = added  # the folder of this file
    if added:
        sys.modules.pop("sitecustomize", None)
        try:
            importlib.import_module("sitecustomize")
        except ImportError:
            pass
    if words[0] == "-c":
        sys.argv = ["-c", *words[2:]]
        sys.path.insert(0, "")
        exec(compile(words[1], "<string>", "exec"), vars(_fresh_main()))
    elif words[0] == "-m":
        sys.argv = words[1:]
        sys.path.insert(0, os.getcwd())
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = words
        sys.path.insert(0, os.path.dirname(os.path.abspath(words[0])))
        main = _fresh_main()
        main.__file__ = words[0]
        exec(compile(Path(words[0]).read_bytes(), words[0], "exec"), vars(main))


def _show_traceback(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """The traceback as Python shows it, without the frames of this file."""
    while traceback and traceback.tb_frame.f_code.co_filename == __file__ and traceback.tb_next:
        traceback = traceback.tb_next
    sys.__excepthook__(kind, error.with_traceback(traceback), traceback)


def _fresh_main() -> ModuleType:
    sys.modules["__main__"] = module = ModuleType("__main__")
    return module


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
