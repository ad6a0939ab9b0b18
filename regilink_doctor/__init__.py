"""regilink: lint, diagnose and test links to the W&B Registry before the expensive run.

The names below are loaded when they are first used, so that `import regilink_doctor` costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.catalog import Catalog, CatalogError
    from regilink_doctor.emulator import Emulator, World
    from regilink_doctor.workflows.catalog import pull_catalog
    from regilink_doctor.workflows.diagnose import diagnose
    from regilink_doctor.workflows.dry_run import DryRun, dry_run
    from regilink_doctor.workflows.emulate import emulated
    from regilink_doctor.workflows.explain import Explanation, classify, explain
    from regilink_doctor.workflows.explain.where_it_happens import explain_errors
    from regilink_doctor.workflows.lint import lint_paths
    from regilink_doctor.workflows.notebook import load_ipython_extension, unload_ipython_extension
    from regilink_doctor.workflows.preflight import LinkError, preflight
    from regilink_doctor.workflows.server_session import Unanswered
    from regilink_doctor.workflows.verify import Verification, verify

    __version__: str

__all__ = [
    "Catalog",
    "CatalogError",
    "DryRun",
    "Emulator",
    "Explanation",
    "LinkError",
    "Unanswered",
    "Verification",
    "World",
    "classify",
    "diagnose",
    "dry_run",
    "emulated",
    "explain",
    "explain_errors",
    "lint_paths",
    "load_ipython_extension",
    "preflight",
    "pull_catalog",
    "unload_ipython_extension",
    "verify",
]

_HOMES = {
    "Catalog": "core.catalog",
    "CatalogError": "core.catalog",
    "DryRun": "workflows.dry_run",
    "Emulator": "emulator",
    "Explanation": "workflows.explain",
    "LinkError": "workflows.preflight",
    "Unanswered": "workflows.server_session",
    "Verification": "workflows.verify",
    "World": "emulator",
    "classify": "workflows.explain",
    "diagnose": "workflows.diagnose",
    "dry_run": "workflows.dry_run",
    "emulated": "workflows.emulate",
    "explain": "workflows.explain",
    "explain_errors": "workflows.explain.where_it_happens",
    "lint_paths": "workflows.lint",
    "load_ipython_extension": "workflows.notebook",
    "preflight": "workflows.preflight",
    "pull_catalog": "workflows.catalog",
    "unload_ipython_extension": "workflows.notebook",
    "verify": "workflows.verify",
}


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("regilink")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
