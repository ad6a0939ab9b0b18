"""The SDK's texts against the installed wandb: what its source says, and what its calls raise."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tables import check_each

from regilink_doctor.core.wandb_messages import (
    WANDB_MESSAGES,
    WandbMessage,
    fill_message,
    find_message,
    recognize_messages,
)
from regilink_doctor.core.wandb_messages.recognition import field_names

# Said by Python, click or wandb-core, or put together from constants: no string of wandb's holds them.
# Those that wandb's Python puts together are in CALLS below.
NOT_LITERAL = {
    "detected-number-failed-runs-in-a-row-shutting-down",  # formatted with %
    "offline-link",
    "offline-link-pytest",
    "disabled-link-result",
    "disabled-link-name",
    "no-module-function",
    "artifact-target-path",
    "link-artifact-argument",
    "artifact-link-argument",
    "string-as-artifact",
    "no-cli-link",
    "no-cli-artifact-list",
    "no-cli-log-file",
    "sweep-entity",
    "sweep-project",
    "launch-entity",
    "launch-project",
    "organization-empty",
    "alias-length",
    "link-input-invalid",
    "init-timed-out",
    "init-timed-out-retrying",
    "host-unknown-go",
    "host-unresolved-go",
    "connection-refused-go",
    "certificate-unknown-go",
    "certificate-name-go",
    "connection-refused-python",
    "host-unknown-python",
    "certificate-python",
    "proxy-authentication",
}
QUOTES = str.maketrans({'"': "'", "`": "'"})


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


INSTALLED = number(importlib.metadata.version("wandb"))


def said_today(each: WandbMessage) -> bool:
    return number(each.since or "0") <= INSTALLED and (each.until is None or number(each.until) > INSTALLED)


def value(node: ast.AST) -> str | None:
    """A string of the source; what is filled in at run time as a null character."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = value(node.left), value(node.right)
        return None if left is None or right is None else left + right
    return None


def strings(node: ast.AST) -> Iterator[str]:
    """The whole strings of a source, not the pieces that they are put together from."""
    text = value(node)
    if text is not None:
        yield text
    else:
        for child in ast.iter_child_nodes(node):
            yield from strings(child)


def folded(text: str) -> str:
    """As `recognize_messages` compares: white space, quotes and case do not count."""
    return " ".join(text.translate(QUOTES).split()).lower()


def sources() -> Iterator[Path]:
    spec = importlib.util.find_spec("wandb")
    assert spec is not None
    assert spec.origin is not None
    root = Path(spec.origin).parent
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in {"vendor", "proto", "_generated"}]
        yield from (Path(folder, name) for name in files if name.endswith(".py"))


@pytest.fixture(scope="module")
def wandb_says() -> list[str]:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in sources())
    return sorted({folded(text) for tree in trees for text in strings(tree) if len(text) > 12})


def yields(source: str, text: str) -> bool:
    """Whether a string of the source, its gaps filled, is a text, and most of its words are the source's."""
    first, *rest = source.rstrip(".").split("\0")
    if not text.startswith(first) or len(source) < len(text) // 2:
        return False
    position = len(first)
    for fragment in rest:
        position = text.find(fragment, position)
        if position < 0:
            return False
        position += len(fragment)
    return text.endswith(rest[-1] if rest else first)


PYTHON_SAYS = [
    each
    for each in WANDB_MESSAGES
    if each.speaker not in ("server", "other") and each.key not in NOT_LITERAL and said_today(each)
]


@pytest.mark.slow  # reads all of its source
def test_the_installed_wandb_still_says_it(wandb_says: list[str]):
    whole = "\n".join(wandb_says)

    def check(message: WandbMessage) -> None:
        text = folded(fill_message(message.key, **dict.fromkeys(field_names(message.template), "#"))).rstrip(".")
        text = text.removesuffix("#❌")  # `wandb verify` pads its lines with dots
        if text not in whole:
            assert [source for source in wandb_says if yields(source, text)], text

    check_each({message.key: message for message in PYTHON_SAYS}, check)


def test_what_is_not_looked_up_exists():
    assert {each.key for each in WANDB_MESSAGES} >= NOT_LITERAL


def calls() -> dict[str, tuple[str, Callable[[], object]]]:
    """Real calls of the SDK, each with the wording it must be recognised by."""
    import wandb
    from wandb.sdk.artifacts import _validators as check
    from wandb.sdk.artifacts._generated import LinkArtifactInput

    draft = wandb.Artifact("name", type="model")
    path = "invalid-artifact-path" if number("0.22.1") <= INSTALLED else "expected-valid-path"
    aliases = "invalid-aliases" if number("0.22.3") <= INSTALLED else "invalid-aliases-old"
    name = "invalid-artifact-name" if number("0.22.3") <= INSTALLED else "invalid-artifact-name-old"
    slash = "collection-name-slash" if number("0.28.2") <= INSTALLED else "collection-name-slash-old"
    return {
        "four parts": (path, lambda: check.ArtifactPath.from_str("org/wandb-registry-m/a/b")),
        "long registry": ("registry-name-too-long", lambda: check.validate_project_name("wandb-registry-" + "m" * 114)),
        "long project": ("project-name-too-long", lambda: check.validate_project_name("m" * 129)),
        "percent": ("registry-name-characters", lambda: check.validate_project_name("wandb-registry-a%20b")),
        "no registry": ("registry-name-empty", lambda: check.validate_project_name("wandb-registry-")),
        "no project": ("project-name-empty", lambda: check.validate_project_name("")),
        "long collection": ("collection-name-too-long", lambda: check.validate_artifact_name("c" * 129)),
        "slash": (slash, lambda: check.validate_artifact_name("a/b")),
        "alias": (aliases, lambda: check.validate_aliases(["a:b"])),
        "name": (name, lambda: wandb.Artifact("a b", type="model")),
        "type": ("type-reserved", lambda: wandb.Artifact("a", type="job")),
        "tag": ("invalid-tags", lambda: check.validate_tags(["a.b"])),
        "draft": ("draft-property", lambda: draft.aliases),
        "wait": ("offline-wait", draft.wait),
        "module": ("no-module-function", lambda: wandb.link_artifact),  # type: ignore[attr-defined]
        "target": ("artifact-target-path", lambda: wandb.Artifact("a", type="m", target_path="x")),  # type: ignore[call-arg]
        "project": ("init-project-characters", lambda: wandb.Settings(project="a/b")),
        "long init": ("init-project-too-long", lambda: wandb.Settings(project="p" * 129)),
        "long alias": (
            "alias-length",
            lambda: LinkArtifactInput(aliases=[{"alias": "a" * 129, "artifactCollectionName": "c"}]),
        ),
    }


CASES = (
    "four parts",
    "long registry",
    "long project",
    "percent",
    "no registry",
    "no project",
    "long collection",
    "slash",
    "alias",
    "name",
    "type",
    "tag",
    "draft",
    "wait",
    "module",
    "target",
    "project",
    "long init",
    "long alias",
)


@pytest.mark.filterwarnings("ignore")  # an old wandb on a new pydantic
@pytest.mark.parametrize("case", CASES)
def test_what_the_sdk_raises_is_recognised(case: str):
    key, call = calls()[case]
    if not said_today(find_message(key)):
        pytest.skip(f"wandb {importlib.metadata.version('wandb')} does not check this")
    with pytest.raises(Exception) as caught:  # noqa: PT011  (the classes differ between versions)
        call()
    found = recognize_messages(f"{type(caught.value).__name__}: {caught.value}")
    assert key in {each.message.key for each in found}
    assert found[0].message.failure == find_message(key).failure
