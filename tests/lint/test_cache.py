"""Reports of earlier runs: the same as new ones whatever has changed, and nothing that they must not have."""

import json
import os
import random
import shutil
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tables import sample

from regilink_doctor.lint import cache as cache_module
from regilink_doctor.lint.text import memory
from regilink_doctor.report.json_values import finding_value
from regilink_doctor.report.summary import summarize_run
from regilink_doctor.workflows import lint as lint_module
from regilink_doctor.workflows.lint import Linter, LintResult, lint_paths

MAIN = """import argparse, os, yaml
import wandb
from lib.paths import REGISTRY, make_path
from publish import publish

parser = argparse.ArgumentParser()
parser.add_argument("--target")
run = wandb.init(project="p")
run.link_artifact(a, f"{REGISTRY}/zoo")
run.link_artifact(a, make_path("zoo"))
run.link_artifact(a, yaml.safe_load(open("config.yaml"))["target"])
run.link_artifact(a, os.environ["TARGET"])
run.link_artifact(a, parser.parse_args().target)  # regilink: ignore[REG102]
publish(run, "wandb-registry-model")
"""
VARIANTS: dict[str, list[str]] = {
    "train.py": [
        MAIN,
        MAIN.replace('wandb.init(project="p")', 'wandb.init(entity="team-a")'),
        "import wandb, nothing(",
    ],
    "job.py": [
        MAIN.replace('run.link_artifact(a, os.environ["TARGET"])\n', ""),
        "import wandb\nfrom lib.names import make_path\nwandb.init().link_artifact(a, make_path('x'))\n",
    ],
    "hydra.py": [
        "import hydra, wandb\n@hydra.main(config_path='conf', config_name='config', version_base=None)\n"
        "def main(cfg):\n    run = wandb.init()\n    run.link_artifact(a, cfg.target)\n"
        "    run.link_artifact(a, cfg.reg.path)\n"
    ],
    "conf/reg/prod.yaml": ["path: wandb-registry-prod\n", "path: wandb-registry-prod/zoo\n"],
    "publish.py": [
        "def publish(run, path):\n    run.link_artifact(run.log_artifact('a'), path)\n",
        "def publish(run, path):\n    run.link_artifact(a, path + '/zoo:v3')\n",
    ],
    "lib/paths.py": [
        "REGISTRY = 'wandb-registry-model'\ndef make_path(name):\n    return f'{REGISTRY}/{name}'\n",
        "REGISTRY = 'wandb_registry-model'\nfrom .names import make_path\n",
        "from lib.names import *\n",
    ],
    "lib/__init__.py": ["", "from lib.paths import REGISTRY\n"],
    "lib/names.py": ["REGISTRY = 'wandb-registry-model/x'\ndef make_path(name):\n    return 'wandb-registry-model'\n"],
    "lib.py": ["REGISTRY = 'model'\n"],
    "other.py": ["import wandb\nfrom publish import publish\npublish(wandb.init(), 'wandb-registry-a/b:v1')\n"],
    "config.yaml": [
        "target: wandb-registry-model\n",
        "target: wandb-registry-model/zoo\n",
        "# regilink: ignore-file[REG102]\ntarget: wandb-registry-model\n",
        "target: [\n",
    ],
    "conf/config.yaml": ["target: wandb-registry-m/\n", "defaults:\n  - reg: prod\ntarget: wandb-registry-m/a\n"],
    ".env": ["OTHER=1\n", "TARGET=wandb-registry-model\n", "TARGET=wandb-registry-m/zoo\nWANDB_ENTITY=team-a\n"],
    "run.sh": [
        "python train.py --target wandb-registry-model\n",
        "export WANDB_MODE=offline\npython job.py --target a/b\n",
    ],
    "Makefile": ["run:\n\tTARGET=wandb-registry-x python train.py --target 'wandb-registry-y'\n"],
    ".github/workflows/ci.yml": [
        "on: push\njobs:\n  t:\n    env: {WANDB_ENTITY: team-a, TARGET: wandb-registry-ci}\n    steps:\n"
        "      - run: python train.py --target wandb-registry-ci\n"
    ],
    "requirements.txt": ["wandb==0.16.0\n", "wandb>=0.22\n"],
    "regilink.toml": [
        'ignore = ["REG201"]\n',
        'exclude = ["other.py"]\n',
        'entity = "team-a"\n[registries]\nm = []\n',
    ],
    "regilink.catalog.json": [
        json.dumps({"version": 1, "complete": True, "organizations": [{"name": "A", "entity": "a", "registries": []}]})
    ],
    "lib/regilink.toml": ['select = ["REG1"]\n'],
    "deep.ipynb": [
        json.dumps(
            {"cells": [{"cell_type": "code", "source": MAIN, "outputs": []}], "nbformat": 4, "nbformat_minor": 5}
        )
    ],
    "lib/deep.py": ["import wandb\nfrom paths import *\nwandb.init().link_artifact(a, REGISTRY)\n"],
}


def list_values(result: LintResult) -> object:
    values = [finding_value(finding) for finding in result.findings]
    return values, summarize_run(result), result.failures, result.notes, result.unread, sorted(result.sources)


def lint(cache: str | None = None) -> object:
    try:
        linter = Linter.for_folder(".")
        return list_values(lint_paths(["."], catalog=linter.catalog, config=linter.config, cache=cache))
    except ValueError as problem:  # of the configuration
        return str(problem)


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, a key, and a cache that is used however few files there are."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(lint_module, "WORTH_A_CACHE", 0)
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / ".git").mkdir()
    monkeypatch.chdir(folder)
    return folder


def write(path: str, content: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(content, encoding="utf-8")


def write_all() -> None:
    for path, variants in VARIANTS.items():
        write(path, variants[0])


def edit_randomly(choice: random.Random) -> str:
    """Change a file of the tree as an editor, git or a user may do; what was done, in words."""
    path = choice.choice(list(VARIANTS))
    there = [name for name in VARIANTS if os.path.isfile(name)]
    what = choice.choice(["variant", "variant", "variant", "delete", "rename", "line", "folder", "link", "touch"])
    if what == "variant" or not there:
        if not os.path.isdir(path) and not os.path.isfile(os.path.dirname(path)):
            write(path, choice.choice(VARIANTS[path]))
        return f"write {path}"
    other = choice.choice(there)
    if what == "delete":
        os.unlink(other)
    elif what == "rename" and not os.path.isdir(path) and os.path.isdir(os.path.dirname(path) or "."):
        os.replace(other, path)
    elif what == "line":
        lines = Path(other).read_text(encoding="utf-8").splitlines(keepends=True)
        if lines:
            lines.pop(choice.randrange(len(lines)))
        write(other, "".join(lines))
    elif what == "folder":
        os.unlink(other)
        os.mkdir(other)
    elif what == "link" and other != path and not os.path.lexists(path) and os.path.isdir(os.path.dirname(path) or "."):
        os.symlink(os.path.abspath(other), path)
    elif what == "touch":
        status = os.stat(other)
        os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns + 10**9))
    for name in VARIANTS:
        if choice.random() < 0.2 and os.path.isdir(name) and not (os.path.islink(name) or os.listdir(name)):
            os.rmdir(name)
    return f"{what} {other} {path}"


def check_random_edits(seed: int, rounds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    choice = random.Random(seed)
    write_all()
    hits = count_hits(monkeypatch)
    history = []
    for _ in range(rounds):
        history += [edit_randomly(choice) for _ in range(choice.randint(0, 3))]
        assert lint("cache") == lint(), (seed, history)
    assert True in hits
    assert False in hits


@pytest.mark.parametrize("seed", sample(range(2), one_in=2))
def test_a_report_is_never_stale(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    check_random_edits(seed, 5, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
def test_a_report_is_never_stale_at_length(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    check_random_edits(seed, 60, monkeypatch)


NAMES = "import wandb\nfrom {0} import P\nwandb.init(entity='t').link_artifact(a, P)\n"
DESCRIBED = (
    "import wandb\nclass Publisher:\n    def __init__(self, path):\n        self.path = path\n"
    "    def publish(self, run):\n        run.link_artifact(a, self.path)\n"
)
VALUE = "P = 'wandb-registry-m'\n"


@pytest.mark.parametrize(
    ("look", "program", "path", "content", "place"),
    [
        ("entries", DESCRIBED, "train.py", "_target_: train.Publisher\npath: wandb-registry-m\n", "conf/deep/p.yaml"),
        ("is_folder", NAMES.format("lib.names"), "train.py", VALUE, "lib/names.py"),
        ("exists", NAMES.format("names"), "sub/train.py", VALUE, "sub/names.py"),
    ],
)
def test_what_appears_disappears_and_changes_its_kind(
    look: str, program: str, path: str, content: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The looks that read nothing: a folder that is walked, one that is asked for, the end of a repository."""
    seen: set[str] = set()
    note = memory._note
    monkeypatch.setattr(memory, "_note", lambda noted, answer: seen.add(noted[0]) or note(noted, answer))
    hits = count_hits(monkeypatch)

    def check(expected: list[str]) -> None:
        result = lint("cache")
        assert result == lint()
        assert isinstance(result, tuple)
        assert [value["code"] for value in result[0]] == expected
        asked = len(hits)
        assert lint("cache") == result
        assert all(hits[asked:]), "nothing has changed, and the report was made anew"

    write(path, program)
    top = place.partition("/")[0]
    if look == "exists":  # the value is in the folder above, and the repository ends below that
        write("names.py", content)
        check(["REG102"])
        os.mkdir("sub/.git")
        check([])
        os.rmdir("sub/.git")
        check(["REG102"])
        write("sub/.git", "gitdir: elsewhere\n")  # as in a submodule
        check([])
        assert look in seen
        return
    check([])
    write(place, content)
    check(["REG102"])
    os.rename(top, "../away")
    check([])
    write(top, "a file\n")
    check([])
    os.unlink(top)
    os.rename("../away", top)
    check(["REG102"])
    os.unlink(place)
    os.mkdir(place)
    check([])
    assert look in seen


# What is in it


def cache_files() -> list[Path]:
    return sorted(Path("cache").glob("*.cache"))


def count_hits(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each report that is asked for is there, as it goes on."""
    hits: list[bool] = []
    find = cache_module.ReportCache.find

    def note(self: cache_module.ReportCache, *arguments: object) -> object:
        report = find(self, *arguments)  # type: ignore[arg-type]
        hits.append(report is not None)
        return report

    monkeypatch.setattr(cache_module.ReportCache, "find", note)
    return hits


def write_links(count: int = 4) -> None:
    for number in range(count):
        write(f"train{number}.py", f"import wandb\nwandb.init().link_artifact(a, 'wandb-registry-m{number}')\n")


def test_a_second_run_takes_every_report(monkeypatch: pytest.MonkeyPatch) -> None:
    write_links()
    hits = count_hits(monkeypatch)
    first = lint("cache")
    assert hits == [False] * 4
    assert lint("cache") == first
    assert hits[4:] == [True] * 4
    write("train1.py", "import wandb\nwandb.init().link_artifact(a, 'wandb-registry-m1/zoo')\n")
    assert lint("cache") == lint() != first
    assert hits[8:] == [True, False, True, True]


def test_the_folder_says_what_it_is() -> None:
    write_links()
    lint("cache")
    assert Path("cache/.gitignore").read_text(encoding="utf-8").endswith("\n*\n")
    assert Path("cache/CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55")
    names = {path.name for path in Path("cache").iterdir()}
    assert names - {path.name for path in cache_files()} == {".gitignore", "CACHEDIR.TAG"}
    if os.name == "posix":
        assert stat.S_IMODE(cache_files()[0].stat().st_mode) == 0o600


SECRETS = {
    ".env": "TARGET=wandb-registry-secretname\nWANDB_ENTITY=secret-team\n"
    "WANDB_API_KEY=9f2c41d07be85a36c1d09e7f4b2a8c6d5e3f1a70\n",
    "a.py": "import os, wandb\nrun = wandb.init()\nrun.link_artifact(a, os.environ['TARGET'])\n",
    "b.py": "import wandb\nwandb.login(key='1b7e41d07be85a36c1d09e7f4b2a8c6d5e3f1a7f')\n"
    "wandb.init().link_artifact(a, 'wandb-registry-b')\n",
    "c.py": "import wandb, dotenv\nv = dotenv.dotenv_values('hidden')\nwandb.init().link_artifact(a, v['TARGET'])\n",
    "hidden": "TARGET=wandb-registry-hiddenname\n",
    "d.py": "import wandb\nwandb.init(entity='t').link_artifact(a, 'wandb-registry-kept')\n",
}


def test_no_value_of_a_dotenv_file_and_no_key_is_kept() -> None:
    for path, content in SECRETS.items():
        write(path, content)
    found = json.dumps(lint("cache"))
    for shown in ("secretname", "hiddenname", "wandb-registry-b", "kept"):
        assert shown in found
    assert lint("cache") == lint()
    (kept,) = cache_files()
    bytes_kept = kept.read_bytes()
    assert b"wandb-registry-kept" in bytes_kept
    for secret in (b"secretname", b"secret-team", b"9f2c41d0", b"1b7e41d0", b"hiddenname", b"****"):
        assert secret not in bytes_kept


# Files that are not as they should be


def change_first(change: Callable[[bytes], bytes]) -> None:
    (path,) = cache_files()
    path.write_bytes(change(path.read_bytes()))


def forge(content: bytes) -> bytes:
    """The cache without its findings, signed as somebody does who does not have the key."""
    _, _, body = content.partition(b"\n")
    table = json.loads(body)
    for row in table["reports"]:
        row[-1]["FileReport"][0] = []
    changed = json.dumps(table, separators=(",", ":")).encode()
    cache = cache_module.ReportCache("", b"another key", "")
    return cache._sign(changed) + b"\n" + changed


@pytest.mark.parametrize(
    "change",
    sample(
        [
            pytest.param(lambda content: b"", id="empty"),
            pytest.param(lambda content: content[: len(content) // 2], id="truncated"),
            pytest.param(lambda content: content[:-1] + b"]", id="damaged"),
            pytest.param(lambda content: content.partition(b"\n")[2], id="unsigned"),
            pytest.param(lambda content: content.replace(b"wandb-registry", b"wandb-registri"), id="edited"),
            pytest.param(lambda content: b"\0" * len(content), id="zeros"),
            pytest.param(lambda content: b"0" * 64 + b"\n" + b"[" * 100_000, id="deep"),
            pytest.param(forge, id="forged"),
        ],
        one_in=3,
    ),
)
def test_a_file_that_is_not_ours_is_as_if_there_were_none(
    change: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_links()
    expected = lint("cache")
    change_first(change)
    hits = count_hits(monkeypatch)
    assert lint("cache") == expected
    assert not any(hits)
    assert lint("cache") == expected
    assert all(hits[4:])


@pytest.mark.parametrize(
    "value",
    [None, [], {"origin": 1}, {"looks": [[1]], "questions": 5, "reports": [[]]}, {"reports": {}}],
)
def test_a_signed_file_in_another_shape_is_as_if_there_were_none(
    value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_links()
    expected = lint("cache")
    (path,) = cache_files()
    cache = cache_module.open_cache("cache")
    assert cache is not None
    if isinstance(value, dict):
        value = {**json.loads(path.read_bytes().partition(b"\n")[2]), **value}
    body = json.dumps(value).encode()
    path.write_bytes(cache._sign(body) + b"\n" + body)
    hits = count_hits(monkeypatch)
    assert lint("cache") == expected
    assert not any(hits)


def test_another_version_python_or_regilink_shares_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    write_links()
    lint("cache")
    for place, name, value in (
        (cache_module, "_VERSION", 2),
        (sys, "version", "3.99"),
        (cache_module, "_identify_program", lambda: ("edited",)),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, value)
            hits = count_hits(patch)
            lint("cache")
            assert not any(hits)
    assert len(cache_files()) == 4


def test_the_program_is_known_by_its_files() -> None:
    package, _, files = cache_module._identify_program()
    assert package == str(Path(cache_module.__file__).parents[1])
    assert len(files) > 100  # type: ignore[arg-type]


def test_what_cannot_be_a_cache_is_not_touched(tmp_path: Path) -> None:
    write_links()
    expected = lint()
    other = tmp_path / "other"
    other.mkdir()
    os.symlink(other, "link")
    write("file", "x")
    write("full/precious", "x")
    for folder in ("link", "file", "full", "file/below", "no\0name"):
        assert lint(folder) == expected
    assert not list(other.iterdir())
    assert [path.name for path in Path("full").iterdir()] == ["precious"]


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
@pytest.mark.parametrize("is_warm", [False, True])
def test_a_folder_that_cannot_be_written_is_not_used(is_warm: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an empty one nor one that has reports. Root needs `setpriv --bounding-set=-dac_override` to see it."""
    write_links()
    Path("cache").mkdir()
    if is_warm:
        lint("cache")
    files = sorted(Path("cache").iterdir())
    Path("cache").chmod(0o500)
    if os.access("cache", os.W_OK):
        pytest.skip("root may write everywhere")
    hits = count_hits(monkeypatch)
    assert lint("cache") == lint()
    assert not hits
    assert sorted(Path("cache").iterdir()) == files


def test_a_link_in_the_place_of_the_file_is_neither_read_nor_followed(tmp_path: Path) -> None:
    write_links()
    expected = lint("cache")
    (path,) = cache_files()
    victim = tmp_path / "victim"
    shutil.move(path, victim)
    content = victim.read_bytes()
    path.symlink_to(victim)
    write_links(5)
    assert lint("cache") == lint() != expected
    assert victim.read_bytes() == content
    assert not path.is_symlink()


def test_a_huge_file_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    write_links()
    expected = lint("cache")
    (path,) = cache_files()
    with path.open("r+b") as file:
        file.truncate(cache_module.MAX_BYTES + 1)
    hits = count_hits(monkeypatch)
    assert lint("cache") == expected
    assert not any(hits)
    assert path.stat().st_size < 100_000


@pytest.mark.slow
def test_it_does_not_grow_without_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    write_links(6)
    lint("cache")
    assert b'"train5.py"' in cache_files()[0].read_bytes()
    Path("train5.py").unlink()
    write("train0.py", "import wandb\n# 2\nwandb.init().link_artifact(a, 'wandb-registry-m0')\n")
    lint("cache")
    assert b'"train5.py"' not in cache_files()[0].read_bytes()  # the file that is gone
    monkeypatch.setattr(cache_module, "MAX_REPORTS", 3)
    write("train0.py", "import wandb\n# 3\nwandb.init().link_artifact(a, 'wandb-registry-m0')\n")
    lint("cache")
    table = json.loads(cache_files()[0].read_bytes().partition(b"\n")[2])
    assert len(table["reports"]) == 3
    for number in range(12):
        monkeypatch.setattr(cache_module, "_VERSION", 10 + number)
        lint("cache")
    assert len(cache_files()) == cache_module.MAX_FILES
    Path("cache/x.cache.1.tmp").touch()
    os.utime("cache/x.cache.1.tmp", (0, 0))
    Path("cache/y.cache.2.tmp").touch()
    monkeypatch.setattr(cache_module, "_VERSION", 99)
    lint("cache")
    assert [path.name for path in Path("cache").glob("*.tmp")] == ["y.cache.2.tmp"]


@pytest.mark.slow
def test_runs_at_the_same_time_leave_a_whole_file() -> None:
    write_links(3)
    reports = [kept for number in range(3) for kept in [lint_kept(f"train{number}.py")] if kept is not None]
    assert len(reports) == 3
    stop, was_read = threading.Event(), threading.Event()
    broken: list[bytes] = []

    def read() -> None:
        cache = cache_module.open_cache("cache")
        assert cache is not None
        while not stop.is_set():
            content = cache_module._read_own_file(cache.path, cache_module.MAX_BYTES)
            signature, _, body = (content or b"\n").partition(b"\n")
            if body and cache._sign(body) != signature:
                broken.append(content or b"")
            if body:
                was_read.set()

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(60):
        cache = cache_module.open_cache("cache")
        assert cache is not None
        for kept in reports[: 1 + number % 3]:
            cache.keep(kept)
        cache.save()
    assert was_read.wait(60)
    stop.set()
    reader.join()
    assert not broken


def lint_kept(path: str) -> cache_module.KeptReport | None:
    linter = Linter.for_folder(".")
    linter.cache = cache_module.open_cache("cache")
    return linter.lint_kept(path, Path(path).read_bytes())[1]


# The key


def key_path(tmp_path: Path) -> Path:
    return tmp_path / "user" / "regilink" / "cache.key"


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the folder has another name there")
def test_a_key_is_made_once_and_is_the_users_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = cache_module.find_key()
    assert key is not None
    assert cache_module.find_key() == key
    path = key_path(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    assert cache_module.find_key() is None
    path.chmod(0o600)
    path.write_bytes(b"short")
    assert cache_module.find_key() is None
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    assert cache_module.find_key() is None
    write_links()
    assert lint("cache") == lint()
    assert not Path("cache").exists()
    path.unlink()
    assert cache_module.find_key() not in (None, key)
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_module.find_key() not in (None, key)
    assert (tmp_path / ".cache" / "regilink" / "cache.key").exists()


def test_a_cache_that_a_repository_carries_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_links()
    lint("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "ci"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "ci"))
    hits = count_hits(monkeypatch)
    assert lint("cache") == lint()
    assert not any(hits)
