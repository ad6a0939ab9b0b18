"""The figures of the code: its size, its structure, its words. `python tools/figures.py [-v]`, in a checkout.

With `-v` also where the functions with one-word names, the import cycles and the words of the old dialect are. The
exit status is 1 where a figure is worse than its limit.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from import_graph import PACKAGES, ROOT, find_cycles, read_imports

LIMITS = {
    "files": 328,
    "lines of Python": 87_800,
    "functions with a one-word name, percent": 24,
    "the same in lint": 25,
    "rule codes outside rules and the failure index": 14,
    "import cycles": 0,
    "functions of more than 70 lines": 0,
    "files entered for one finding": 57,
    "switches between files for one finding": 572,
    "own modules loaded for one finding": 90,
    "words of the old dialect": 0,
}
"""What no change may exceed; lower them when a figure has become better."""

FINDING = (
    "import wandb\n\nwith wandb.init(entity='team-a') as run:\n    artifact = wandb.Artifact('zoo', 'model')\n"
    "    run.link_artifact(artifact, 'wandb-registry-model')\n"
)

DIALECT = (
    r"\bmend(s|ed|ing)?\b|to the letter|without a word|for certain|\ba blank\b|\bblanks\b|nobody has published"
    r"|words are ours|the second door|goes wrong on demand|\bin vain\b|\bbeginnings?\b|left alone|keeps? silent"
    r"|speaks? of|that there is not|behind --|taken away again|is told\b|whoever"
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources() -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for package in PACKAGES for path in (ROOT / package).rglob("*.py")}


def functions(path: Path, tree: ast.Module) -> Iterator[Function]:
    """The functions whose names are ours to choose.

    Properties, GraphQL resolvers and the methods of `World` have the nouns of Python and of W&B.
    """
    nouns = {"resolvers", "world"} & set(path.parts)
    for node in ast.walk(tree):
        if isinstance(node, Function) and not node.name.startswith("__") and not nouns:
            decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
            if not any("property" in name or ".setter" in name for name in decorators):
                yield node


def has_one_word(function: Function) -> bool:
    return "_" not in function.name.strip("_")


def count_code_literals(path: Path, tree: ast.Module) -> int:
    if {"rules", "failures"} & set(path.parts):
        return 0
    strings = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return sum(re.fullmatch(r"REG\d{3}", text) is not None for text in strings)


def structure(verbose: bool) -> dict[str, int]:
    texts = sources()
    trees = {path: ast.parse(text) for path, text in texts.items()}
    own = [(path, function) for path, tree in trees.items() for function in functions(path, tree)]
    short = [(path, function) for path, function in own if has_one_word(function)]
    in_lint = [function for path, function in own if "lint" in path.parts]
    long = [
        (path, function) for path, function in own if (function.end_lineno or function.lineno) - function.lineno > 70
    ]
    cycles = find_cycles(read_imports())
    if verbose:
        for path, function in [*short, *long]:
            print(f"  {path.relative_to(ROOT)}:{function.lineno}: {function.name}")
        for cycle in cycles:
            print("  cycle:", " ".join(sorted(cycle)))
    lines = [line for text in texts.values() for line in text.splitlines()]
    return {
        "files": len(texts),
        "lines of Python": len(lines),
        "functions with a one-word name, percent": round(100 * len(short) / len(own)),
        "the same in lint": round(100 * sum(map(has_one_word, in_lint)) / len(in_lint)),
        "functions of more than 70 lines": len(long),
        "comment lines, per thousand": round(1000 * sum(line.lstrip().startswith("#") for line in lines) / len(lines)),
        "rule codes outside rules and the failure index": sum(
            count_code_literals(path, tree) for path, tree in trees.items()
        ),
        "import cycles": len(cycles),
    }


TRACE = """
import sys
from regilink_doctor.lint.engine import lint_bytes

content = open("finding.py", "rb").read()
for _ in range(30):  # what the first files load and compile is not counted
    assert lint_bytes("warm.py", content).findings
files, switches, last = set(), 0, None

def note(frame, event, argument):
    global switches, last
    name = frame.f_code.co_filename
    # Reading a property is no step for a reader, nor is it where `cached_property` is that of `functools`.
    if event == "call" and "regilink_doctor" in name and frame.f_code.co_name != "__get__":
        files.add(name)
        switches += last is not None and name != last
        last = name

sys.setprofile(note)
lint_bytes("finding.py", content)
sys.setprofile(None)
print(len(files), switches)
"""
LOADED = """
import sys
from regilink_doctor.cli import main

main(["lint", "--isolated", "--output-file", "report.txt", "finding.py"])
print(sum(name.startswith("regilink_doctor") for name in sys.modules))
"""


def trace_one_finding() -> dict[str, int]:
    """What a reader goes through who follows one file of five lines with one finding through the linter."""

    def run(program: str) -> list[int]:
        command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{program}"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
        return [int(word) for word in done.stdout.split()]

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "finding.py").write_text(FINDING, encoding="utf-8")
        files, switches = run(TRACE)
        (loaded,) = run(LOADED)
    return {
        "files entered for one finding": files,
        "switches between files for one finding": switches,
        "own modules loaded for one finding": loaded,
    }


def texts_for_users() -> dict[str, str]:
    """The README, the pages in English, every page of help."""
    from regilink_doctor.cli import COMMANDS

    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    found = {
        str(page.relative_to(ROOT)): page.read_text(encoding="utf-8")
        for page in pages
        if "ja" not in page.parts and not page.name.endswith(".ja.md")
    }
    for words in ([], *([command] for command in COMMANDS), ["catalog", "pull"]):
        command = [sys.executable, "-m", "regilink_doctor", *words, "--help"]
        found[" ".join(command[2:])] = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
    return found


def count_dialect(verbose: bool) -> int:
    count = 0
    for name, text in texts_for_users().items():
        words = [match[0] for match in re.finditer(DIALECT, re.sub(r"`[^`\n]*`", "", text))]  # quotes are W&B's
        count += len(words)
        if verbose and words:
            print(f"  {name}: {', '.join(words)}")
    return count


def main() -> int:
    verbose = "-v" in sys.argv
    figures = {**structure(verbose), **trace_one_finding(), "words of the old dialect": count_dialect(verbose)}
    worse = [name for name, limit in LIMITS.items() if figures[name] > limit]
    for name, value in figures.items():
        limit = f"  (at most {LIMITS[name]})" if name in LIMITS else ""
        print(f"{value:>7,}  {name}{limit}{'  <-- too much' if name in worse else ''}")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
