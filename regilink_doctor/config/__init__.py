"""The configuration: which files and rules, how findings are shown, what is known of the organization."""

from __future__ import annotations

import os

from regilink_doctor.core.files import relative_path, to_slashes
from regilink_doctor.core.text import quote_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from regilink_doctor.core.organization_view import ConfiguredOrganization
    from regilink_doctor.rules.selection import Selection


def _list_formats() -> tuple[str, ...]:
    """The modules in the folder of the formats are the formats; none is loaded. The default comes first."""
    folder = os.path.join(os.path.dirname(os.path.dirname(__file__)), "report", "formats")
    names = sorted(name[:-3].replace("_", "-") for name in os.listdir(folder) if name.endswith(".py"))
    return ("full", *(name for name in names if name not in ("--init--", "full")))


FORMATS = _list_formats()
"""How findings can be shown: the values of `--output-format`."""

SEVERITIES = ("info", "warning", "error")
"""How serious a finding can be, the least first."""

DEFAULT_EXCLUDE = (
    ".eggs",
    ".git",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".regilink_cache",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    "__pycache__",
    "node_modules",
    "site-packages",
    "venv",
    "**/wandb/run-*",
    "**/wandb/offline-run-*",
)
"""What is skipped below a folder: it holds no code of the project."""


OF_THE_RUN = ("output_format", "lang", "min_severity", "targets", "host", "docs_url", "required_version", "cache_dir")
"""Keys that the configuration of the current folder decides for all files."""

CACHE = ".regilink_cache"
"""The folder beside the configuration, or in the current folder, that has the reports of unchanged files."""

CATALOG = "regilink.catalog.json"
"""The catalog that is found beside the configuration; without one, here or at the repository's root."""


class ConfigProblem(ValueError):
    """The configuration cannot be used; the message names the file, the key and, where it is clear, what was meant."""


class Config:
    """The values of the keys, each with its default. `folder` is what paths and patterns count from.

    `source` is the file, None where there is none. Names of keys have `_` for `-`; `schema.KEYS` says what each is for.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = {}
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    pedantic: bool = False
    output_format: str | None = None
    lang: str | None = None
    min_severity: str = "info"
    catalog: str | None = None
    targets: tuple[str, ...] = ()
    host: str | None = None
    organization: str | None = None
    entity: str | None = None
    teams: tuple[str, ...] = ()
    personal_entities: tuple[str, ...] = ()
    protected_aliases: tuple[str, ...] = ()
    registries: Mapping[str, tuple[str, ...]] = {}
    wandb_version: str | None = None
    docs_url: str | None = None
    required_version: str | None = None
    cache_dir: str | None = None
    extend: str | None = None
    _found_catalog: str | None = None
    _is_nearest: bool = False
    """Found by looking upwards, so that files in other folders may have another one."""
    _adaptations: tuple[Callable[[Config], Config], ...] = ()
    """What the command line changes, in the configuration of every folder."""
    options: frozenset[str] = frozenset()
    """The keys that the command line gives, by `--config KEY=VALUE`."""
    written_in: Mapping[str, str] = {}
    """The keys that another file gives, one that `extend` led to, and that file."""

    def __init__(self, values: Mapping[str, object] | None = None, *, source: str | None = None) -> None:
        self.source = source
        self.folder = (os.path.dirname(source) or ".") if source is not None else "."
        self.files: tuple[str, ...] = ()  # those that `extend` has led to
        for name, value in (values or {}).items():
            setattr(self, name.replace("-", "_"), value)

    def adapted(self, adapt: Callable[[Config], Config]) -> Config:
        """The configuration after a change that holds for those of all folders."""
        new = adapt(self).changed({})
        new._adaptations = (*self._adaptations, adapt)
        return new

    def for_folder(self, folder: str) -> Config:
        """The configuration of the files in a folder: the nearest upwards, this one where there is none.

        How the run reports (`OF_THE_RUN`) is decided by this one for all files.

        Raises:
            ConfigProblem: the nearest one cannot be used.
        """
        if not self._is_nearest or not os.path.isdir(folder or "."):
            return self
        by_folder = self.__dict__.setdefault("_by_folder", {})
        if folder not in by_folder:
            nearest = find_config(relative_path(folder or "."))
            if nearest.source in (None, self.source):
                by_folder[folder] = self
            else:
                for adapt in self._adaptations:
                    nearest = adapt(nearest)
                by_folder[folder] = nearest.changed({name: getattr(self, name) for name in OF_THE_RUN})
        config: Config = by_folder[folder]
        return config

    def changed(self, values: Mapping[str, object]) -> Config:
        """The same configuration with some keys given anew, as on the command line."""
        new = Config(source=self.source)
        new.__dict__.update(self.__dict__)
        new.__dict__.pop("_by_folder", None)
        for name, value in values.items():
            setattr(new, name.replace("-", "_"), value)
        return new

    def list_files(self) -> Iterator[str]:
        """The configurations, what they extend and the catalogs, of all folders that have been asked for."""
        for config in dict.fromkeys((self, *self.__dict__.get("_by_folder", {}).values())):
            yield from (path for path in (config.source, *config.files, config.catalog_path) if path is not None)

    @property
    def called(self) -> str:
        """The file, for a report; the option where no file has anything to do with it."""
        return self.source or "--config"

    def name_source(self, key: str) -> str:
        """What gives a key, for a report: the file that has it, or the option."""
        return "--config" if key in self.options else self.written_in.get(key, self.called)

    @property
    def catalog_path(self) -> str | None:
        """The catalog's file, seen from the current folder; without a key the one that `CATALOG` describes, if any."""
        if self.catalog is None and self.source is None:
            return self._found_catalog
        if self.catalog is None:
            beside = os.path.normpath(os.path.join(self.folder, CATALOG))
            return to_slashes(beside) if os.path.isfile(beside) else None
        return to_slashes(os.path.normpath(os.path.join(self.folder, self.catalog)))

    @property
    def catalog_called(self) -> str:
        """What the catalog's path comes from, for a report: the key `catalog`, or its place beside the code."""
        return "catalog found here" if self.catalog is None else f"{self.name_source('catalog')}: catalog"

    @property
    def docs_site(self) -> str:
        """Where the documentation begins, with its last slash; empty where there is none.

        Raises:
            ConfigProblem: the variable that overrides the key has no address.
        """
        try:
            return find_site(self.docs_url, is_option="docs-url" in self.options)
        except AddressProblem as problem:
            raise ConfigProblem(str(problem)) from None

    @property
    def selection(self) -> Selection:
        """Which rules speak, file by file."""
        from regilink_doctor.rules.selection import Selection

        return Selection(
            select=self.select,
            ignore=self.ignore,
            extend_select=self.extend_select,
            per_file_ignores=self.per_file_ignores,
            pedantic=self.pedantic,
            root=self.folder,
        )

    @property
    def known(self) -> ConfiguredOrganization:
        """What it tells of the organization, for the rules that ask."""
        from regilink_doctor.core.organization_view import ConfiguredOrganization

        return ConfiguredOrganization(
            organization=self.organization,
            entity=self.entity,
            teams=self.teams,
            personal_entities=self.personal_entities,
            protected_aliases=self.protected_aliases,
            registries=self.registries,
            wandb_version=self.wandb_version,
        )


def find_config(folder: str = ".") -> Config:
    """The configuration that holds in `folder`; the defaults where no file has one.

    Looked for upwards to the root of the repository (the folder with `.git`), else of the file system.

    Raises:
        ConfigProblem: a file is there and cannot be used.
    """
    base = folder
    while True:
        for name in ("regilink.toml", "pyproject.toml"):
            path = os.path.normpath(os.path.join(base, name))
            content = _content(path)
            if content is not None and (name == "regilink.toml" or b"regilink" in content):
                from regilink_doctor.config.reading import read_config

                if (config := read_config(path, content)) is not None:
                    config._is_nearest = True
                    return config
        above = os.path.join(base, os.pardir)
        is_repository = os.path.exists(os.path.join(base, ".git"))
        if is_repository or _is_same_folder(base, above):
            config = Config()
            config._is_nearest = True
            # `catalog pull` writes into the current folder, and most repositories have no configuration.
            catalogs = [os.path.normpath(os.path.join(place, CATALOG)) for place in (folder, base)[: 1 + is_repository]]
            config._found_catalog = next((to_slashes(path) for path in catalogs if os.path.isfile(path)), None)
            return config
        base = above


def _is_same_folder(folder: str, above: str) -> bool:
    """Whether a folder is the root; a path that has become too long for the system ends the search like it."""
    try:
        return os.path.samefile(folder, above)
    except OSError:
        return True


def load_config(given: Sequence[str], *, isolated: bool = False, folder: str = ".") -> Config:
    """The configuration that a command line asks for.

    Args:
        given: the values of `--config`: a file, or `key = value` in TOML.
        isolated: look at no file that is not given.
        folder: where the search begins.

    Raises:
        ConfigProblem: it cannot be used.
    """
    config = _load(given, isolated=isolated, folder=folder)
    if config.required_version is not None:
        from regilink_doctor.config.reading import check_version

        check_version(config.required_version, config.name_source("required-version"))
    return config


def _load(given: Sequence[str], *, isolated: bool, folder: str) -> Config:
    if not given:
        return Config() if isolated else find_config(folder)
    from regilink_doctor.config.reading import read_config, read_line

    files = [item for item in given if "=" not in item or os.path.exists(item)]
    if len(files) > 1:
        raise ConfigProblem(f"--config: two files, {files[0]} and {files[1]}; give one, and keys as 'KEY = VALUE'")
    if files:
        content = _content(files[0])
        if content is None:
            raise ConfigProblem(f"--config: {files[0]}: no such file")
        config = read_config(files[0], content)
        if config is None:
            raise ConfigProblem(f"--config: {files[0]} has no [tool.regilink]")
    else:
        config = Config() if isolated else find_config(folder)
    for item in given:
        if item not in files:
            values = read_line(item)
            changes = {**values, "options": config.options | values.keys()}
            config = config.adapted(lambda base, changes=changes: base.changed(changes))  # type: ignore[misc]
    return config


def _content(path: str) -> bytes | None:
    if os.path.exists(path) and not os.path.isfile(path):
        raise ConfigProblem(f"{path}: not a plain file")  # a pipe would be waited for
    try:
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigProblem(f"{path}: {error.strerror or error}") from None
    except ValueError as error:
        raise ConfigProblem(f"{quote_text(path)} cannot be the name of a file: {error}") from None


SITE = ""
"""Where the documentation begins, with its last slash. Empty until the project has a site of its own."""

DOCS_VARIABLE = "REGILINK_DOCS_URL"


class AddressProblem(ValueError):
    """An address of the documentation that cannot be one; the message says why."""


def find_site(configured: str | None, *, is_option: bool = False) -> str:
    """Where the documentation begins, with its last slash; empty where there is none.

    Args:
        configured: the value of the key `docs-url`.
        is_option: the command line has it, which comes before the variable.

    Raises:
        AddressProblem: the variable's value is not an address.
    """
    variable = None if is_option else os.environ.get(DOCS_VARIABLE)
    if variable:
        check_address(variable, DOCS_VARIABLE)
    site = variable or configured or SITE
    return site if not site or site.endswith("/") else f"{site}/"


def check_address(address: str, called: str) -> None:
    """Refuse what no browser opens; `called` is what the user calls the setting.

    Raises:
        AddressProblem: it is not the address of a site.
    """
    scheme, separator, rest = address.partition("://")
    if scheme not in ("http", "https", "file") or not separator or not rest or not address.isprintable():
        from regilink_doctor.core.text import show_value

        example = "https://docs.example.com/regilink/"
        raise AddressProblem(f"{called} is {show_value(address)}, not an address such as {example}")
    if any(sign in address for sign in ' "<>?#'):
        raise AddressProblem(f"{called} is {quote_text(address)}: write the address without ? and #")


def rule_page(site: str, code: str) -> str | None:
    """The page of a rule; None without a site."""
    return f"{site}rules/{code}/" if site else None


def failure_entry(site: str, failure: str) -> str | None:
    """The entry of a failure in the failure index; None without a site."""
    return f"{site}failures/#{failure.lower()}" if site else None
