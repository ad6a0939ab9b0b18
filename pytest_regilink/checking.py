"""What the linter goes by in a session: configuration, catalog, and the files that can matter, found out once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pytest_regilink.options import catalog_path
from regilink_doctor.config import find_config
from regilink_doctor.workflows.lint import files_worth_linting, lint_paths

if TYPE_CHECKING:
    from pathlib import Path

    from regilink_doctor.core.catalog import Catalog
    from regilink_doctor.workflows.lint import LintResult


class Checking:
    """The linter of a session. Paths are shown as seen from the folder in which pytest was started."""

    def __init__(self, config: pytest.Config) -> None:
        try:
            self._config = find_config(str(config.rootpath))
            self._catalog = _catalog(catalog_path(config) or self._config.catalog_path)
        except (OSError, ValueError) as error:
            raise pytest.UsageError(f"regilink: {error}") from None
        self.worth = tuple(os.path.abspath(path) for path in files_worth_linting(_roots(config), self._config))
        self._set = frozenset(self.worth)

    def concerns(self, path: Path) -> bool:
        """Whether the file can have a site or a finding."""
        return str(path) in self._set

    def lint(self, path: Path) -> LintResult:
        """Lint one file."""
        shown = os.path.relpath(path)
        named = str(path) if shown.startswith("..") else shown
        return lint_paths([named], catalog=self._catalog, config=self._config)


def _roots(config: pytest.Config) -> list[str]:
    """The files and folders that the command line names; without any, all below rootdir."""
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        return [str(config.rootpath)]
    paths = [os.path.join(config.invocation_params.dir, str(each).partition("::")[0]) for each in config.args]
    return [os.path.normpath(path) for path in paths if os.path.exists(path)]


def _catalog(path: str | None) -> Catalog | None:
    if path is None:
        return None
    from regilink_doctor.core.catalog import Catalog

    return Catalog.load(path)
