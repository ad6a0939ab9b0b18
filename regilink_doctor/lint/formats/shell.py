"""Shell scripts."""

from __future__ import annotations

from regilink_doctor.lint.formats.parsed_file import ParsedFile
from regilink_doctor.lint.formats.pip_commands import pip_requirements
from regilink_doctor.lint.formats.settings import target_sites, worth_keeping
from regilink_doctor.lint.formats.shell_script import read_shell
from regilink_doctor.lint.text.fragment import Fragment
from regilink_doctor.lint.text.source import Source


def read(path: str, content: bytes) -> ParsedFile:
    """What a shell script says."""
    source = Source.decode(path, content, python=False)
    script = read_shell(Fragment.whole(source))
    settings = worth_keeping(script.settings)
    requirements = tuple(pip_requirements(script.commands))
    return ParsedFile((source,), tuple(target_sites(settings)), settings, requirements, tuple(script.commands))
