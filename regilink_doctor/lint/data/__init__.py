"""Configuration files as nested data in which every value knows its place: YAML, JSON, TOML, INI and `.env`.

For values that a program loads: `yaml.safe_load(open("config.yaml"))["registry"]["path"]`. Each module here has a
`read_data(source)` that gives the root; `read_data` here finds the module. Files are read as data only, up to
`MAX_BYTES`; what cannot be read, or would make the program raise, is None.

    root = read_data("config.yaml", content)
    scalar = find_data(root, ("registry", "path"))    # a Scalar, Table or DataList, or None
    scalar.value, scalar.kind, scalar.keys, scalar.place
    scalar.interpolated()    # `${…}` and `{{…}}` are unknown parts, as for OmegaConf, configparser or a shell
"""

from __future__ import annotations

from regilink_doctor.core.records import field, record
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.text.fragment import Fragment, filled, loose_text
from regilink_doctor.lint.text.source import Source, Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, Literal, TypeAlias

    from regilink_doctor.core.findings import Place

    ScalarKind = Literal["string", "number", "boolean", "null", "other"]
    Keys: TypeAlias = "tuple[str | int, ...]"

MAX_BYTES = 1 << 20
"""No larger file is read for its values."""

_MOST_NODES = 4000
MAX_DEPTH = 200
"""Nothing that is nested deeper is read."""


@record
class Scalar:
    """One value, and where it is written.

    `keys` lead from the root to the place where it is written: for a value that an alias of YAML repeats, to its
    anchor. A number in `keys` is the position in a list. `kind` is *other* for what the program may turn into anything:
    a date, a value with a tag of its own. `written` is the value without its quotes.
    """

    keys: Keys
    place: Place
    value: str | int | float | bool | None
    kind: ScalarKind
    written: str
    fragment: Fragment | None = field(default=None, compare=False, repr=False)
    """What is written in the file, if it says the value character by character."""

    def interpolated(self, name: str | None = None) -> StringValue:
        """The string with an unknown part for each `${…}`, `{{…}}`, `$X` or `%(x)s`."""
        if self.fragment is None:
            return loose_text(self.written, self.place, name)
        parts = filled(self.fragment, 0, len(self.fragment.text), name=name, place=self.place)
        return StringValue(tuple(parts), self.place)


@record
class Given(Scalar):
    """A value that the program gives itself, not a file: `values` are what it can be."""

    values: tuple[Any, ...] = field(default=(), compare=False, repr=False)


@record
class Table:
    """A mapping; `repeated` are keys that are written twice, of which the last one counts (Hydra refuses them)."""

    keys: Keys
    place: Place
    entries: Mapping[str, Data]
    repeated: frozenset[str] = frozenset()


@record
class DataList:
    """A list."""

    keys: Keys
    place: Place
    items: tuple[Data, ...]


Data = Scalar | Table | DataList


def read_data(path: str, content: bytes, kind: str | None = None) -> Data | None:
    """The data in a file; None if it is too large, cannot be read or is of a kind that holds no data.

    Args:
        path: as it is shown in places.
        content: its bytes.
        kind: the kind of file (`yaml`, `json`, `toml`, `ini`, `dotenv`) where its name does not tell.
    """
    from importlib import import_module

    from regilink_doctor.lint.scan.kinds import kind_of

    kind = kind or ("ini" if path.endswith("setup.cfg") else kind_of(path))
    if kind not in ("yaml", "json", "toml", "ini", "dotenv") or len(content) > MAX_BYTES:
        return None
    module = import_module(f"regilink_doctor.lint.data.{kind}")
    try:
        root: Data | None = module.read_data(Source.decode(path, content, python=False))
    except (Unparsable, RecursionError):
        return None
    return root


def find_data(root: Data | None, keys: Keys) -> Data | None:
    """What is below `keys`; a number may also be written as a string (`select("a.0")`)."""
    for key in keys:
        if isinstance(root, Table):
            root = root.entries.get(str(key))
        elif isinstance(root, DataList) and str(key).lstrip("-").isdigit():
            index = int(key)
            root = root.items[index] if -len(root.items) <= index < len(root.items) else None
        else:
            return None
    return root


def iterate_scalars(root: Data | None) -> Iterator[Scalar]:
    """Every scalar, each once: what an alias of YAML repeats is given where it is written."""
    waiting = [root]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Scalar):
            yield node
        else:
            inside = node.entries.values() if isinstance(node, Table) else node.items
            waiting += reversed([*inside])


def iterate_tables(root: Data) -> Iterator[tuple[Keys, Table]]:
    """Every table, with the keys that lead to it; of very large data the first ones."""
    waiting: list[tuple[Keys, Data]] = [((), root)]
    for _ in range(_MOST_NODES):
        if not waiting:
            break
        keys, node = waiting.pop()
        if isinstance(node, Table):
            yield keys, node
            waiting += [((*keys, key), item) for key, item in node.entries.items()]
        elif isinstance(node, DataList):
            waiting += [((*keys, index), item) for index, item in enumerate(node.items)]


def make_string(keys: Keys, value: str, written: Fragment) -> Scalar:
    """The string `value`, for which `written` is in the file: without quotes, with escapes."""
    place = written.place(0, len(written.text))
    return Scalar(keys, place, value, "string", value, written if written.text == value else None)
