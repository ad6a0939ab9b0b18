"""Fuzz one target with atheris, which follows the branches that inputs take.

`python tools/fuzz.py TARGET [CORPUS] [-FLAGS]`

`pip install atheris` first, and run it with a Python for which atheris has a wheel. The targets are those of
`tests/fuzz`; without a folder for the corpus it begins with their seeds, in a temporary one.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "fuzz"))


def main(arguments: list[str]) -> int:
    from targets import TARGETS

    if not arguments or arguments[0] not in TARGETS:
        print(
            f"python tools/fuzz.py TARGET [CORPUS] [-FLAGS]; a target is one of {', '.join(TARGETS)}", file=sys.stderr
        )
        return 2
    try:
        import atheris
    except ImportError:
        print("fuzz.py needs atheris: pip install atheris", file=sys.stderr)
        return 2
    target = TARGETS[arguments[0]]
    rest = arguments[1:]
    if not rest or rest[0].startswith("-"):
        corpus = Path(tempfile.mkdtemp(prefix="regilink-corpus-"))
        for number, seed in enumerate(target.seeds()):
            (corpus / str(number)).write_bytes(seed)
        rest.insert(0, str(corpus))
    atheris.instrument_all()
    atheris.Setup([sys.argv[0], *rest], target.run)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
