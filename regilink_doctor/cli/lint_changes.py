"""The part of `regilink lint` that changes files, or shows what it would change: `--fix`, `--diff`, `--add-ignore`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from regilink_doctor.cli.options import FOUND, OK, UNUSABLE
from regilink_doctor.cli.output import declare_kind
from regilink_doctor.core.text import counted
from regilink_doctor.report.diff import diff_lines
from regilink_doctor.workflows.fixing import changes, ignoring, write_changes
from regilink_doctor.workflows.lint import Linter

if TYPE_CHECKING:
    from regilink_doctor.config import Config
    from regilink_doctor.core.catalog import Catalog
    from regilink_doctor.workflows.lint import LintResult


def change_files(result: LintResult, config: Config, catalog: Catalog | None, options: Any) -> int | None:
    """Change the files of a result, which then says what is left; an exit status where nothing is left to be said."""
    linter = Linter(config, catalog)
    made = ignoring(result, linter) if options.add_ignore else changes(result, linter, unsafe=options.unsafe_fixes)
    if options.diff:
        declare_kind("patch")
        for item in made:
            for line in diff_lines(item.path, item.before, item.after):
                print(line)
        count = sum(len(item.mended) for item in made)
        if not options.quiet:
            print(f"Would fix {counted(count, 'finding')}." if count else "Nothing to fix.", file=sys.stderr)
        return UNUSABLE if result.failures else FOUND if made else OK
    if "-" in options.paths:
        (content,) = [item.after for item in made] or result.sources.values()
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return UNUSABLE if result.failures else OK
    result.silenced = options.add_ignore
    write_changes(result, linter, made)
    return None
