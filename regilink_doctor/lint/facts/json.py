"""JSON, also with comments and trailing commas, as editors and dev containers write it."""

from __future__ import annotations

from regilink_doctor.lint.data import DataList, Table
from regilink_doctor.lint.data.json import read_data
from regilink_doctor.lint.facts import FileFacts
from regilink_doctor.lint.facts.commands import find_commands
from regilink_doctor.lint.facts.settings import find_settings
from regilink_doctor.lint.text.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.data import Data


def read(path: str, content: bytes) -> FileFacts:
    """What a JSON file says.

    Raises:
        OtherFormat: it has several values.
        Unparsable: it is not JSON.
    """
    source = Source.decode(path, content, python=False)
    root = read_data(source)
    if _is_report(root):
        return FileFacts(source)
    script = find_commands(root)
    script.settings[:0] = find_settings(root, "json")
    return FileFacts.of(source, script)


_RESULTS = ("organizations", "findings", "sites", "checks", "links", "repositories", "runs")
"""Keys of regilink's catalogs and reports, and of SARIF."""


def _is_report(root: Data | None) -> bool:
    """Whether a file is a catalog or a report, which repeats target paths and is not edited by hand."""
    return (
        isinstance(root, Table)
        and "version" in root.entries
        and any(isinstance(root.entries.get(key), DataList) for key in _RESULTS)
    )
