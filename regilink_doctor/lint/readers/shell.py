"""Shell scripts."""

from __future__ import annotations

from regilink_doctor.lint.configuration import target_sites, worth_keeping
from regilink_doctor.lint.pip import pip_requirements
from regilink_doctor.lint.reading import Reading
from regilink_doctor.lint.shell import read_shell
from regilink_doctor.lint.sources import Source
from regilink_doctor.lint.stretches import Stretch


def read(path: str, content: bytes) -> Reading:
    """What a shell script says."""
    source = Source.decode(path, content, python=False)
    script = read_shell(Stretch.whole(source))
    settings = worth_keeping(script.settings)
    requirements = tuple(pip_requirements(script.commands))
    return Reading((source,), tuple(target_sites(settings)), settings, requirements, tuple(script.commands))
