"""Which keys of a configuration matter here, and which of their values are target paths.

A configuration is full of words that are nothing of W&B's (`registry: ghcr.io/acme`, `target_path: /data/out`), so a
value counts as a target path only when it names the registry itself, or when its key leaves no doubt.
"""

from __future__ import annotations

import re
from functools import lru_cache

from regilink_doctor.core.findings import Span
from regilink_doctor.core.naming import LEGACY_REGISTRY, REGISTRY_PREFIX
from regilink_doctor.core.records import group_pairs, replace
from regilink_doctor.core.sites import ConfiguredSource, ConfiguredTarget, Container, Setting, Site
from regilink_doctor.core.strings import StringValue
from regilink_doctor.core.target_path import UNKNOWN_NAME, misspelled_prefix
from regilink_doctor.lint.data import iterate_scalars
from regilink_doctor.lint.text.fragment import text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Literal, TypeAlias

    from regilink_doctor.core.sites import Command
    from regilink_doctor.lint.data import Data, Keys, Scalar

    SettingFormat: TypeAlias = Literal["toml", "json", "ini"]

ENVIRONMENT_KEYS = frozenset({
    "env", "envs", "environment", "variables", "env_vars", "env-vars", "env_variables", "environment_variables",
    "environment-variables", "containerEnv", "pytest_env", "remoteEnv", "set_env", "setenv",
})  # fmt: skip
"""Keys below which variables of the environment are set: GitHub, GitLab, compose, Kubernetes, hatch, poe, pixi …"""

_OURS = re.compile(
    r"wandb|target_path|w_and_b|weights_?and_?biases|registry|entity|artifact|collection|organization|alias", re.I
)
_PARTS = ("wandb", "-regi", "stry")
"""Two letters of the prefix may be wrong, so of three parts one is right."""

_TARGET_KEY = re.compile(r"(^|_)(target|link|registry|registered)_?(path|target|link|to|model|name|collection)?$", re.I)
_WHOLE = re.compile(r"target|path|link|destination", re.I)
_PROSE = frozenset(
    {"name", "title", "description", "desc", "message", "comment", "help", "doc", "run", "script", "summary"}
)
_OF_OTHERS = ("container", "image", "uses")
"""Keys of CI and containers: their values look like full names, and name actions and images."""
_CONSUMING = re.compile(
    r"input|source|from|use|consume|download|pretrained|init|restore|resume|load|base|uri|url", re.I
)
_PUBLISHING = re.compile(r"target|link|publish|push|promote|dest|register|output|upload", re.I)
_LINK_KEYS = ("target_path", "link_path", "link_target")
_OF_FILES = re.compile(r"dir|folder|file|root|cache|path$", re.I)
_FOLDERS = frozenset({
    "app", "artifacts", "assets", "bin", "build", "cache", "checkpoints", "configs", "data", "dist", "docs",
    "examples", "home", "mnt", "models", "opt", "out", "output", "outputs", "resources", "results", "scripts",
    "src", "target", "test", "tests", "tmp", "var",
})  # fmt: skip
"""What folders are called, and teams are not."""

_HOSTS = re.compile(r"(https?://)?([\w-]+\.)*(wandb\.ai|coreweave\.com)/|wandb-artifact:")
_FILE = re.compile(
    r"\.(pt|pth|ckpt|onnx|json|ya?ml|py|txt|csv|parquet|safetensors|zip|tar|gz|h5|pkl|sh"
    r"|png|jpe?g|gif|svg|webp|pdf|md|rst|html?|log|ipynb|toml|bin|npz?|mp4)$",
    re.I,
)


def may_concern_wandb(keys: tuple[str, ...], text: str) -> bool:
    """Whether a setting can be of interest to any rule; the others are not kept."""
    return REGISTRY_PREFIX in text or any(map(_is_wandb_key, keys)) or _names_a_registry(text)


@lru_cache(maxsize=1024)
def _is_wandb_key(key: str) -> bool:
    return bool(_OURS.search(key))


def is_worth_reading(keys: tuple[str, ...], written: str) -> bool:
    """A first look, before anything is made of a value as it is written; never False for what `may_concern_wandb`."""
    if any(map(_is_wandb_key, keys)) or "$" in written or "{" in written or "%" in written:
        return True
    folded = written.lower().replace("_", "-").replace(" ", "-")
    return any(part in folded for part in _PARTS)


def is_target(keys: tuple[str, ...], pattern: str) -> bool:
    """Whether the value of a key is a target path of a link."""
    if "/" not in pattern and "wandb-" not in pattern:
        return False  # neither a path, nor a name or an address of the registry
    key = _to_snake_case(keys[-1]) if keys else ""
    if len(pattern) > 400 or "\n" in pattern or key in _PROSE:
        return False
    publishing = bool(_PUBLISHING.search(key))
    if not publishing and (_CONSUMING.search(key) or {":", "@"}.intersection(pattern.rpartition("/")[2])):
        return False
    if _HOSTS.match(pattern):
        return publishing
    segments = pattern.partition(":")[0].split("/")
    if len(segments) > 1 and len(segments[0].split()) > 2:
        return False  # words before a path: a sentence
    if len(segments) > 1 and (segments[0].lower() in _FOLDERS or not any(segments[:1] + segments[2:])):
        return False  # `tests/wandb-registry-model`, `/wandb-registry-model/`: a path of files, or of a site
    if len(segments) == 1 or segments[-1].startswith(REGISTRY_PREFIX):
        is_of_others = (
            key == "registry_path" and len(segments) > 1 and not any("wandb" in other.lower() for other in keys)
        )
        if key == "path" or is_of_others or not _WHOLE.search(key):
            return False  # `registry: acme/wandb-registry-model`, `path:` below it: a part, put together somewhere else
    if any(segment.startswith(REGISTRY_PREFIX) for segment in segments):
        return bool(_TARGET_KEY.search(key)) or not _FILE.search(pattern)
    if "/" in pattern and any(map(misspelled_prefix, segments)):
        if _TARGET_KEY.search(key) or any("wandb" in other.lower() for other in keys):
            return True
        if not _OF_FILES.search(key) and not _FILE.search(pattern) and any(map(_is_nearly_a_registry, segments[:-1])):
            return True
    return _named_for_it(keys, key, pattern) and "/" in pattern and "://" not in pattern and _like_a_path(pattern)


def _is_nearly_a_registry(segment: str) -> bool:
    """Whether the prefix is misspelled, but for the dash before the name: `wandb_registry_model` may be a folder."""
    name = (misspelled_prefix(segment) or "").removeprefix(REGISTRY_PREFIX)
    return bool(name) and segment.endswith(f"-{name}") and segment[:1].lower() == "w"


def is_source(keys: tuple[str, ...], pattern: str) -> bool:
    """Whether the value of a key is the full name of what is consumed: it has an alias, or its key says so."""
    path, colon, _ = pattern.partition(":")
    owner, _, name = path.rpartition(REGISTRY_PREFIX)
    if "/" not in name or "\n" in pattern or not re.fullmatch(r"([^\s/]+/)?", owner):
        return False
    key = _to_snake_case(keys[-1]) if keys else ""
    if key in _PROSE or key in _OF_OTHERS:
        return False
    return not _PUBLISHING.search(key) and bool(colon or _CONSUMING.search(key))


def _named_for_it(keys: tuple[str, ...], key: str, pattern: str) -> bool:
    """The key says registry *and* path, or one of them inside of something called wandb; so may the legacy project."""
    if not _TARGET_KEY.search(key):
        return False
    if key.endswith("artifact_target_path"):
        return True
    if key in _LINK_KEYS and any("wandb" in _to_snake_case(other) for other in keys):
        return True
    if key in _LINK_KEYS and pattern.split("/")[-2:-1] == [LEGACY_REGISTRY]:
        return pattern.partition("/")[0].lower() not in _FOLDERS
    if "registry" in key and ("path" in key or "target" in key):
        return "wandb" in key or any("wandb" in _to_snake_case(other) for other in keys[:-1])
    return "registry" in key and any("wandb" in _to_snake_case(other) for other in keys)


def _like_a_path(pattern: str) -> bool:
    first = pattern.partition("/")[0]
    is_file = pattern[:1] in ".~/\\" or _FILE.search(pattern) is not None
    return not is_file and "." not in first and first != UNKNOWN_NAME and pattern.count("/") <= 3


def _names_a_registry(text: str) -> bool:
    return "/" in text and any(misspelled_prefix(part) for part in text[:400].split("/")[:3])


@lru_cache(maxsize=1024)
def _to_snake_case(key: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).replace("-", "_").replace(".", "_").lower()


def keep_relevant(settings: Iterable[Setting]) -> tuple[Setting, ...]:
    """Those that can matter, each marked if it is a target path."""
    kept = [item for item in settings if may_concern_wandb(item.keys, "".join([text.pattern for text in item.value]))]
    collections = {(item.keys[:-1], item.containers) for item in kept if "collection" in item.name.lower()}

    def is_whole(item: Setting, pattern: str) -> bool:
        # A name of a list below a key in the singular may be joined with the others to one path.
        is_part = item.is_item and "/" not in pattern and not item.name.endswith("s")
        if is_part or not is_target(item.keys, pattern):
            return False
        _, prefix, name = pattern.partition(REGISTRY_PREFIX)
        is_joined = prefix and "/" not in name and (item.keys[:-1], item.containers) in collections
        return not is_joined  # by a program, with the collection beside it

    return tuple(
        [
            replace(item, target=True) if any(is_whole(item, text.pattern) for text in item.value) else item
            for item in kept
        ]
    )


_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_KEY = re.compile(r"(?:--|\+{0,2})[A-Za-z_][\w./-]*")
"""An option, or the key of an override."""

_PAIR = re.compile(r"(?P<default>D:)?(?:[A-Z]:)*[ \t]*(?P<name>[A-Z_][A-Z0-9_]*)[ \t]*=[ \t]*")
"""`X=value` in a list of variables; pytest-env sets a default with `D:` before it."""


def find_settings(root: Data | None, how: SettingFormat) -> Iterator[Setting]:
    """A setting for each string of a file that is read as data (YAML has a reader of its own, which knows CI files)."""
    for scalar in iterate_scalars(root):
        if scalar.kind != "string":
            continue
        keys = tuple([key for key in scalar.keys if isinstance(key, str)])
        if not keys:
            continue
        listed = isinstance(scalar.keys[-1], int)
        inside = keys[-2] if len(keys) > 1 else ""
        variable = not listed and inside in ENVIRONMENT_KEYS and bool(_VARIABLE.fullmatch(keys[-1]))
        if keys[-1] in ENVIRONMENT_KEYS and (listed or how == "ini"):
            yield from _find_assignments(scalar, keys, how)
        elif variable or is_worth_reading(keys, scalar.written):
            value = (scalar.interpolated(keys[-1]),)
            yield Setting(
                keys[-1],
                scalar.place,
                scalar.place.span,
                how,
                variable,
                value,
                keys,
                containers_of(scalar.keys[: -2 if variable or listed else -1]),
                is_item=listed,
            )


def _find_assignments(scalar: Scalar, keys: tuple[str, ...], how: SettingFormat) -> Iterator[Setting]:
    """pytest-env: `env = ["WANDB_MODE=offline"]`; in an INI file a line for each."""
    fragment = scalar.fragment
    if fragment is None:
        return
    start = 0
    for line in fragment.text.split("\n"):
        end = start + len(line)
        if match := _PAIR.match(fragment.text, start, end):
            name = match["name"]
            yield Setting(
                name,
                fragment.place(match.end(), end),
                fragment.span(start, end),
                how,
                True,
                (text_of(fragment, match.end(), end, name),),
                (*keys, name),
                containers_of(keys[:-1]),
                only_default=match["default"] is not None,
            )
        start = end + 1


_NO_SPAN = Span(1, 1, 1, 1)
"""The span of a table: it may be opened more than once, so it has none of its own."""


def containers_of(keys: Keys) -> tuple[Container, ...]:
    """The tables and items of lists that keys lead through."""
    return tuple([Container("key", str(key), _NO_SPAN) for key in keys])


def find_option_sites(commands: Iterable[Command]) -> Iterator[Site]:
    """A site for each target path that a command passes to a Python program: `--registry_path X`, `wandb.target=X`."""
    for command in commands:
        if options := [*_find_options(command)]:
            yield from find_target_sites(keep_relevant(options))


def _find_options(command: Command) -> Iterator[Setting]:
    runs_python = any(word.pattern.endswith(".py") or word.literal == "-m" for word in command.words)
    for index, word in enumerate(command.words[1:], 1) if runs_python else ():
        text = word.pattern
        key, equals, written = text.partition("=")
        if equals:
            value = StringValue(word.cut(len(key) + 1, len(text)), word.place)
        elif text.startswith("--") and index + 1 < len(command.words):
            value = command.words[index + 1]
            written = value.pattern
        else:
            continue
        keys = tuple(re.split(r"[./]", key.lstrip("-+")))
        is_several = "," in written  # runs of Hydra
        if _KEY.fullmatch(key) and written and not is_several and is_worth_reading(keys, written):
            place = value.place_of(0, len(written))
            yield Setting(keys[-1], place, command.statement, "shell", False, (value,), keys, command.containers)


def find_target_sites(settings: tuple[Setting, ...]) -> Iterator[Site]:
    """A site for each setting that is a target path, which the rules of paths look at, or the name of what is consumed.

    What is set beside a target path belongs to the same link: `entity`, `artifact_type`, `aliases`.
    """
    beside = settings if any(item.target for item in settings) else ()
    aliases = _group_by_table(beside, ("aliases", "alias", "artifact_aliases", "registry_aliases"))
    entities = _group_by_table(beside, ("entity", "wandb_entity"))
    types = _group_by_table(beside, ("artifact_type", "type"))
    for item in settings:
        if item.target:
            table, values = (item.keys[:-1], item.containers), item.value
            yield ConfiguredTarget(
                "",
                item.place,
                item.statement,
                target=values if len(values) == 1 else tuple(v for v in values if is_target(item.keys, v.pattern)),
                argument=item.place,
                entity=_only(entities.get(table, ())),
                type=_only(types.get(table, ())),
                aliases=tuple(aliases.get(table, ())),
                is_published=bool(_PUBLISHING.search(_to_snake_case(item.keys[-1]))),
            )
        elif sources := tuple(text for text in item.value if is_source(item.keys, text.pattern)):
            yield ConfiguredSource("", item.place, item.statement, target=sources, argument=item.place)


def _group_by_table(
    settings: tuple[Setting, ...], names: tuple[str, ...]
) -> dict[tuple[tuple[str, ...], tuple[Container, ...]], list[StringValue]]:
    """The values that settings of these names have in each table, environment or command."""
    named = [setting for setting in settings if _to_snake_case(setting.name) in names]
    return group_pairs(((item.keys[:-1], item.containers), value) for item in named for value in item.value)


def _only(values: Sequence[StringValue]) -> tuple[StringValue, ...]:
    return tuple(values) if len(values) == 1 else ()


_COMMENT = re.compile(r"""((?:[^"']|"[^"]*"|'[^']*')*?)(?:^|\s)(?:\#|//|/\*|^\s*(?:;|\*\s))""")
"""What is before a comment; a sign in a string begins none."""
_SENTENCE = re.compile(r"(?:^|.*[\"'`>]|.*[:=-]\s)\s*[A-Z][a-z]+,?\s[^\"'`]*$")
_TAKES_NAME = re.compile(
    r"(?:^|\s)-\S+\s+$"
    r"|(?:^|[^\w\s]|\b(?:do|then|else|sudo))\s*(?:export|read|setenv|setx|declare|local|typeset|env|ENV|ARG)\s+$"
)
"""What comes before the name of a variable in a command; any word can follow it there."""
_WORD_BEFORE = re.compile(r"(?:^|[\s\"'(`])[A-Za-z][a-z]*\s+[\"'`(]?$")
_WORD_AFTER = re.compile(r"[\"')`]?[.,;!]?\s+\(?[a-z][a-z']*(?![\w=/.:-])")
_NEAR = 200
"""Letters before and after a name that are looked at."""


def may_use_variable(line: str, variable: str) -> bool:
    """Whether a line of a file that is not Python may set or read a variable; a comment or a sentence does neither."""
    comment = _COMMENT.match(line) if not line.startswith("#SBATCH") else None  # Slurm reads this one
    code = comment[1] if comment else line
    for match in re.finditer(rf"(?<![A-Z0-9_]){re.escape(variable)}(?![A-Za-z0-9_])", code):
        start, end = match.span()
        before, after = code[max(start - _NEAR, 0) : start], code[end : end + _NEAR]
        if before.endswith(("$", "{", "%", ".", ":", "[")):
            return True
        if _SENTENCE.match(before):
            continue
        if re.match(r"[\"']?\s*[:?+]?=", after) or _TAKES_NAME.search(before):
            return True
        if not _WORD_BEFORE.search(before) and not _WORD_AFTER.match(after):
            return True
    return False
