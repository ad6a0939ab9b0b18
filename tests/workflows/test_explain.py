"""What a text is, in the contract's order, and what is said of it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import check_each, check_rows, sample

from regilink_doctor.core.catalog import Catalog, Collection, Organization, Registry
from regilink_doctor.core.failures import FAILURES, Failure
from regilink_doctor.report.explanation import explanation_json, render_explanation
from regilink_doctor.rules import all_rules, rule_for
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.index import RULES
from regilink_doctor.workflows.explain import explain
from regilink_doctor.workflows.lint import lint_paths

PASTED = json.loads((Path(__file__).parents[1] / "cases" / "explain" / "pasted.json").read_text("utf-8"))
PARTS = ("kind", "organization", "registry", "collection", "version_or_alias", "target")
PATHS = PASTED["wrong or odd paths"]


@check_rows("name", PASTED["taken apart"])
def test_what_people_paste_is_taken_apart(name: str) -> None:
    case = PASTED["taken apart"][name]
    found = explain(case["text"])
    assert [getattr(found, part) for part in PARTS] == [case.get(part) for part in PARTS]
    assert case.keys() <= {"text", *PARTS}
    assert found.text
    if found.target:
        assert found.target in found.text


def test_an_address_is_wrong_as_a_target_path() -> None:
    assert explain(PASTED["taken apart"]["U2 membership"]["text"]).codes[0] == "REG108"
    assert "ordinary" not in explain(PASTED["taken apart"]["U9 entity"]["text"]).text


def test_the_legacy_registry_is_told_with_its_successor() -> None:
    found = explain(PASTED["taken apart"]["U5 legacy"]["text"])
    assert found.failures[0] == "A14"
    assert "wandb-registry-team-a-mr-migrated/zoo" in found.text
    path = explain("team-a/model-registry/zoo:v1")  # S4
    assert (path.kind, path.codes[0], path.failures[0]) == ("full-name", "REG112", "A14")


@pytest.mark.parametrize("text", PATHS)
def test_a_wrong_path_has_the_codes_of_lint(text: str, tmp_path: object) -> None:
    file = f"{tmp_path}/train.py"
    with open(file, "w", encoding="utf-8") as source:
        source.write(f'import wandb\nrun = wandb.init(entity="team-a")\nrun.link_artifact(a, {text!r})\n')
    lint = [finding.code for finding in lint_paths([file]).findings if finding.code < "REG200"]
    found = explain(text)
    assert found.kind in ("target-path", "full-name")
    assert list(found.codes) == list(dict.fromkeys(lint))
    if lint:
        assert found.failures[0] in rule_for(lint[0]).failures
        assert found.wrong[0].message in " ".join(found.text.split())


@check_rows(
    ("text", "mended"),
    [
        ("wandb_registry_model/zoo", "wandb-registry-model/zoo"),
        ("wandb-registry-wandb-registry-model/zoo", "wandb-registry-model/zoo"),
        ("wandb-registry-model /zoo/", "wandb-registry-model/zoo"),
        ("wandb-registry-model/a/b", "wandb-registry-model/a-b"),
        ("wandb-registry/model/zoo", "wandb-registry-model/zoo"),
        ("wandb-registry-model", None),
        ("wandb-registry-<name>/zoo", None),
    ],
)
def test_a_clear_mistake_is_mended(text: str, mended: str | None) -> None:
    found = explain(text)
    assert found.target == mended
    if mended:
        assert f'target_path="{mended}"' in found.text


def test_where_a_link_really_goes_is_said_for_both_calls() -> None:
    assert 'collection "zoo" in the project "model" of the run\'s entity' in explain("model/zoo").text
    both = explain("wandb-registry-model").text
    assert 'Run.link_artifact: collection "wandb-registry-model" in the run\'s own project' in both
    assert "Artifact.link: collection" in both
    assert "$WANDB_PROJECT" in both
    refused = explain("acme/wandb-registry-model/a/b").text
    assert "nowhere" in refused
    assert "ValueError: Invalid artifact path" in refused


def test_a_right_path_has_no_codes_and_is_its_own_target() -> None:
    for text in ("wandb-registry-model/zoo", "Acme Inc/wandb-registry-Golden Data/raw images"):
        found = explain(text)
        assert (found.kind, found.target, found.codes, found.failures) == ("target-path", text, (), ())
    assert explain('"wandb-registry-model/zoo"').target == "wandb-registry-model/zoo"


def test_a_catalog_tells_what_no_text_shows() -> None:
    registries = (Registry("model", types=("model",)), Registry("dataset"))
    catalog = Catalog((Organization("Acme Inc", "acme", ("team-a",), registries),), complete=True)
    code = (
        'import wandb\nrun = wandb.init(entity="team-a")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-modle/zoo")'
    )
    assert explain(code, catalog=catalog).codes == ("REG301",)
    assert explain(code).codes == ()
    for text in ("wandb-registry-modle/zoo", "acme/wandb-registry-modle/zoo:v3", "Acme Inc/wandb-registry-modle/zoo"):
        found = explain(text, catalog=catalog)
        assert (found.codes, found.failures[0]) == (("REG301",), "B3")
        assert (found.wrong[0].help or "").endswith('wandb-registry-model/zoo"?')
        assert "nothing is wrong" not in found.text
    for text in ("wandb-registry-model/zoo", "wandb-registry-Dataset/x", "elsewhere/wandb-registry-modle/zoo"):
        assert explain(text, catalog=catalog).codes == ()


@check_rows(
    ("path", "written"),
    [
        ("team-a/model/zoo", "wandb-registry-model/zoo"),
        ("elsewhere/model/zoo", "wandb-registry-model/zoo"),
        ("model/zoo", "wandb-registry-model/zoo"),
        ("team-a/wandb_registry_model/zoo", "wandb-registry-model/zoo"),
        ("acme/wandb_registry_model/zoo", "acme/wandb-registry-model/zoo"),
    ],
)
def test_the_path_to_write_is_one_that_wandb_accepts(path: str, written: str) -> None:
    catalog = Catalog((Organization("Acme Inc", "acme", ("team-a",), (Registry("model"),)),))
    assert explain(path, catalog=catalog).write == (f'target_path="{written}"',)


def test_every_rule_is_explained_by_code_and_by_name() -> None:
    def check(rule: Rule) -> None:
        for text in (rule.code, rule.code.lower(), rule.name, f" {rule.code}\n"):
            found = explain(text)
            assert (found.kind, found.codes, found.failures) == ("rule", (rule.code,), rule.failures)
            assert rule.name in found.text
        for example in (*rule.bad, *rule.good):
            assert example.splitlines()[0] in found.text

    rules = {rule.code: rule for rule in all_rules()}
    assert rules.keys() == RULES.keys()
    check_each(rules, check)


def test_every_row_is_explained() -> None:
    def check(failure: Failure) -> None:
        found = explain(failure.id.lower())
        assert (found.kind, found.failures, found.codes) == ("failure", (failure.id,), failure.codes)
        flat = " ".join(found.text.split())
        for words in (failure.title, failure.happens, failure.help, failure.recognize, failure.check_with):
            assert words[:1].upper() + words[1:] in flat or words in flat

    check_each(FAILURES, check)


def test_that_nothing_is_raised_is_said_once() -> None:
    for failure in FAILURES.values():
        assert explain(failure.id).text.lower().count("nothing is raised") == failure.silent


def test_a_check_without_a_rule_of_its_own_is_explained_by_its_rows() -> None:
    found = explain("REG808")
    assert (found.kind, found.codes[0]) == ("rule", "REG808")
    assert "E3" in found.failures


@check_rows(
    ("text", "near"),
    [
        ("REG199", "REG1"),
        ("REG1O1", "REG101"),
        ("missing-colection", "missing-collection"),
        ("B18", "B1"),
        ("implicit-entitty", "implicit"),
    ],
)
def test_a_misspelled_rule_is_unknown_and_its_neighbours_are_named(text: str, near: str) -> None:
    found = explain(text)
    assert found.kind == "unknown"
    assert f"did you mean {near}" in found.text or near in found.text


@check_rows("text", ["hello", "hello there", "I tried this and/or that and nothing worked", "/data/x.csv"])
def test_other_words_are_unknown(text: str) -> None:
    found = explain(text)
    if found.kind == "target-path":  # one word may be the name of a collection
        assert " " not in text
        assert found.failures == ("A2",)
    else:
        assert found.kind == "unknown"
        assert "regilink doctor" in found.text


def test_the_json_is_the_contracts() -> None:
    value = json.loads(explanation_json(explain("acme/wandb-registry-model/zoo:v3")))
    assert list(value) == [
        "version",
        "kind",
        "target",
        "organization",
        "registry",
        "collection",
        "version_or_alias",
        "codes",
        "failures",
        "sure",
        "text",
    ]
    assert value["version"] == 1
    assert (value["kind"], value["sure"]) == ("full-name", True)
    begun = "wandb: Syncing run lucid-sun-3\nRuntimeError: can't start new thread"
    unsure = ("Run initialization has timed out after 90.0 sec", "How do I use it?", "RuntimeError: CUDA out of memory")
    assert [json.loads(explanation_json(explain(text)))["sure"] for text in (*unsure, begun)] == [False] * 4
    assert explain(begun.replace("RuntimeError: c", "wandb.errors.Error: c")).is_sure
    assert value["text"].splitlines()[0] == "The full name of a version in a registry, for reading"


def test_colours_are_only_colours() -> None:
    found = explain("CommError: permission denied")
    plain = list(render_explanation(found))
    coloured = list(render_explanation(found, color=True))
    assert "\x1b[1m" in "".join(coloured)
    assert [line.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "") for line in coloured] == plain


@pytest.mark.parametrize("part", [0.05, pytest.param(1, marks=pytest.mark.slow)], ids=["a twentieth", "whole"])
@pytest.mark.parametrize(
    ("unit", "times"),
    sample(
        [
            ("(", 50_000),
            ("f'", 40_000),
            ("wandb-registry-", 60_000),
            ("https://wandb.ai/", 50_000),
            ("a/", 400_000),
            ("run.link_artifact(", 5_000),
            ("project '", 20_000),
            ('File "', 20_000),
            ('"wandb-registry-m/', 50_000),
        ],
        one_in=3,
    ),
)
def test_texts_that_repeat_are_explained_in_bounded_time(unit: str, times: int, part: float) -> None:
    started = time.process_time()
    shown = explain(unit * int(times * part)).text
    assert time.process_time() - started < 40 * part
    assert_harmless(shown)


@check_rows(
    "text",
    [
        "https://wandb.ai/" + "a/" * 20_000,
        "\x1b]0;title\x07wandb-registry-m/\x1b[31mc",
        "wandb-registry-m\0/c\0",
        "\ud800wandb-registry-m/c",
        "https://[::1/wandb-registry-m",
        "-" * 100,
    ],
)
def test_hostile_texts_are_shown_harmlessly(text: str) -> None:
    assert_harmless(explain(text).text)


def assert_harmless(shown: str) -> None:
    assert len(shown) < 30_000
    assert all(letter.isprintable() or letter == "\n" for letter in shown)


@given(st.text(max_size=200) | st.sampled_from(PATHS).flatmap(lambda path: st.text(max_size=9).map(path.__add__)))
def test_any_text_is_explained(text: str) -> None:
    found = explain(text)
    # A question about something that the failure index does not list is understood, and has no answer.
    assert found.is_recognized or found.kind in ("unknown", "error", "question")
    assert not (found.is_recognized and found.kind == "unknown")
    json.loads(explanation_json(found))


@pytest.mark.parametrize("text", ["0 Q", "0 q.", "Q 0 1", "x y"])
def test_two_letters_are_no_question(text: str) -> None:
    assert explain(text).kind == "unknown"


@pytest.mark.parametrize("text", ["0 bug", "my bug", "bug 0"])
def test_two_words_prove_no_failure(text: str) -> None:
    assert not explain(text).is_sure


def test_of_a_long_log_the_end_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regilink_doctor.workflows.explain.INPUT_LIMIT", 20_000)
    error = "CommError: Entity name is required to resolve org entity name."
    assert explain("x\n" * 20_000 + error).failures[0] == "C6"


@check_rows(
    ("text", "codes", "rows"),
    [
        ('error[REG102] "wandb-registry-model" names a registry', ("REG102",), ("A2", "F12")),
        ('nb.ipynb:cell 3:2:25: REG101 "model/zoo" does not begin with "x"', ("REG101",), ("A1",)),
        ("is now team-a/model/zoo:v0, not in a registry [REG101, failure A1]", ("REG101",), ("A1",)),
        ("failure B4", ("REG401", "REG404"), ("B4",)),
        ("✗ entity  REG203  alice  (entity= in train.py:2)", ("REG203",), ("B1", "C20")),
    ],
)
def test_a_piece_of_our_own_reports_is_read(text: str, codes: tuple[str, ...], rows: tuple[str, ...]) -> None:
    found = explain(text)
    assert (found.kind in ("rule", "failure"), found.codes, found.failures) == (True, codes, rows)


def test_a_comment_that_silences_is_code() -> None:
    found = explain('run.link_artifact(a, "wandb-registry-model/zoo")  # regilink: ignore[REG101] old')
    assert (found.kind, found.target) == ("snippet", "wandb-registry-model/zoo")


def test_a_call_is_no_path() -> None:
    assert explain("run.link_artifact(artifact").kind == "snippet", "nothing in it says where to"
    assert explain("publish(artifact").kind == "unknown"
    assert explain("wandb-registry-model/zoo (2)").target == "wandb-registry-model/zoo (2)"


def test_a_beginning_of_codes_lists_the_rules() -> None:
    found = explain("REG1")
    assert (found.kind, found.codes) == ("rule", tuple(code for code in sorted(RULES) if code.startswith("REG1")))
    assert found.title == f"{len(found.codes)} rules"
    assert "  REG101 missing-registry-prefix (warning)\n  REG102 missing-collection (error)\n" in found.text
    assert explain("reg").codes == tuple(sorted(RULES))
    nothing = explain("REG99")
    assert (nothing.is_recognized, nothing.title) == (False, 'no rule begins with "REG99"')
    assert nothing.notes[0].startswith("there are REG0, REG1, ")


def test_several_rules_and_failures_are_listed() -> None:
    found = explain("REG102, a12 missing-registry-prefix REG310")
    assert (found.title, found.codes, found.failures) == (
        "4 rules and failures",
        ("REG102", "REG101", "REG310"),
        ("A12",),
    )
    assert explain("REG102 in my log").kind == "unknown"
    assert explain("REG/x").kind == "target-path"


@pytest.mark.parametrize("text", ["access refused", "Access denied"])
def test_two_words_can_describe_a_failure(text: str) -> None:
    assert explain(text).kind == "question"


def test_a_missing_collection_can_be_linked_to_and_not_read() -> None:
    registries = (Registry("model", collections=(Collection("zoo", "model"),)),)
    catalog = Catalog((Organization("Acme Inc", "acme", registries=registries),))
    linked, read = (
        explain(text, catalog=catalog) for text in ("wandb-registry-model/zo", "wandb-registry-model/zo:v1")
    )
    assert linked.in_catalog[-1] == 'no collection "zo": a first link makes it'
    assert (linked.codes, linked.failures) == ((), ())
    assert read.in_catalog[-1] == 'no collection "zo": nothing can be read from it'
    assert (read.codes, read.failures) == (("REG305",), ("D2",))
    assert not any(line.startswith("to read it") for line in read.write)


def test_a_catalog_says_what_it_has_of_each_part() -> None:
    registries = (Registry("model", ("model",), collections=(Collection("zoo", "model", ("production",), 3),)),)
    catalog = Catalog((Organization("Acme Inc", "acme", ("team-a",), registries),), complete=True)
    elsewhere = explain("other/wandb-registry-model/zoo", catalog=catalog)
    assert elsewhere.in_catalog == ('no organization "other"; it has "Acme Inc"',)
    assert "well formed" not in elsewhere.text
    for owner, is_there in (("other", False), ("Acme Inc", True)):
        write = explain(f"{owner}/wandb-registry-model/zoo:v1", catalog=catalog).write
        assert any(line.startswith("to read it") for line in write) is is_there
    team = explain("team-a/wandb-registry-model/zoo", catalog=catalog)
    assert (team.codes, team.failures, team.target) == (("REG202",), ("A12",), "wandb-registry-model/zoo")
    page = "https://wandb.ai/orgs/acme/registry/x?selectionPath=acme%2Fwandb-registry-{}%2Fzoo"
    assert explain(page.format("modle"), catalog=catalog).codes == ("REG108", "REG301")
    shown = explain(page.format("model"), catalog=catalog).in_catalog
    assert shown[-1] == 'collection "zoo" of the type "model", with the aliases "production"'
    misspelled = explain("wandb-registry-model/zoo:prodution", catalog=catalog)
    assert misspelled.codes == ("REG305",)
    assert misspelled.wrong[0].help == 'did you mean "production"?'
    for version in ("production", "latest", "v2"):
        assert explain(f"acme/wandb-registry-model/zoo:{version}", catalog=catalog).codes == ()


def test_an_empty_version_is_wrong() -> None:
    found = explain("wandb-registry-model/zoo:")
    assert (found.codes, found.target) == (("REG107",), "wandb-registry-model/zoo")


@pytest.mark.parametrize(
    "address", ["https://example.com/foo", "https://notwandb.ai/foo", "https://wandb.ai.example/x"]
)
def test_only_a_page_of_wandb_is_a_profile(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WANDB_BASE_URL", raising=False)
    assert explain(address).kind == "url"
    monkeypatch.setenv("WANDB_BASE_URL", address)
    assert explain(address).kind == "entity-url"


def test_link_model_with_a_registry_path_has_no_organization() -> None:
    found = explain('run.link_model("x", "wandb-registry-model/zoo")')
    assert (found.organization, found.goes, found.codes[0]) == (None, (), "REG112")
    assert "Write:" not in found.text


def test_code_with_a_syntax_error_says_so() -> None:
    broken = explain('x = = run.link_artifact(a, "wandb-registry-model/zoo")')
    assert broken.notes[0] == "this is not valid Python: only the path between quotes is judged"
    assert "not valid" not in explain('link_model("x", "wandb-registry-model/zoo")').text


_KEY = "wandb_v1_" + "aB3dE6gH9kL2nP5rT8vX1zC4" * 3
_OLD_KEY = "f3a91c07be85d26c1d09e7f4b2a8c6d5e3f1a7b4"


@check_rows(
    ("text", "is_key"),
    [
        (_KEY, True),
        (f'"{_KEY}"\n', True),
        (_OLD_KEY, True),
        (f"local-{_OLD_KEY}", True),
        (f"WANDB_API_KEY={_OLD_KEY}", True),
        (f"export WANDB_API_KEY='{_KEY}'", True),
        (f'WANDB_API_KEY: "{_OLD_KEY}"', True),
        ("[key]", False),
        ("WANDB_API_KEY=[key]", False),
        (f"git checkout {_OLD_KEY}", False),
        (f"wandb-registry-model/{_OLD_KEY}", False),
        ("0" * 40, False),
        (f"wandb: ERROR WANDB_API_KEY={_KEY} is not valid", False),
    ],
)
def test_an_api_key_is_no_target_path_and_is_not_shown(text: str, is_key: bool) -> None:
    found = explain(text)
    assert (found.failures == ("E2",)) == is_key
    assert _KEY not in found.text
    assert not is_key or _OLD_KEY not in found.text


@check_rows(
    ("text", "first", "is_named"),
    [
        (f"wandb login {_KEY}", "F11", True),
        (f"$ wandb login --relogin {_OLD_KEY}", "F11", False),  # it could be the hash of a commit, and is shown nowhere
        ("wandb login", "C18", False),
        ("wandb login --host=https://wandb.example.com/a-very-long-path-with-more-than-forty-letters", "C18", False),
        (f'wandb.login(key="{_OLD_KEY}")', "", True),
        (f"wandb: ERROR WANDB_API_KEY={_KEY} is not valid", "C18", False),
    ],
)
def test_a_key_in_a_command_or_in_code_has_leaked(text: str, first: str, is_named: bool) -> None:
    found = explain(text)
    assert "".join(found.failures[:1]) == first
    assert any("revoke the key" in note for note in found.notes) == is_named
