"""`RESULTS.md`: each part is written by its script where it stands; what is said below its end is written by hand."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path

PAGE = Path(__file__).with_name("RESULTS.md")
END = "<!-- end of what the script writes -->"


def make_parser(documentation: str | None) -> ArgumentParser:
    """The parser of a script whose documentation says what its arguments are."""
    return ArgumentParser(description=documentation, formatter_class=RawDescriptionHelpFormatter)


def write(section: str) -> None:
    """Put a part, which begins with its title, in the place of what it was; a new one comes last."""
    title = section.partition("\n")[0] + "\n"
    before, found, rest = PAGE.read_text(encoding="utf-8").partition(title)
    body, heading, others = rest.partition("\n## ")
    after = (body.partition(END)[2] or "\n") + heading + others
    PAGE.write_text(f"{before if found else before + chr(10)}{section.rstrip()}\n\n{END}{after}", encoding="utf-8")
