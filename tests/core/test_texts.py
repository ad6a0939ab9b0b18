"""W&B's texts: said and recognised again, in every shape in which a user pastes them."""

from __future__ import annotations

import json
import re
import string
import time
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import check_each, check_rows, sample

from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.wandb_messages import (
    TEXT_LIMIT,
    WANDB_MESSAGES,
    Speaker,
    WandbMessage,
    fill_message,
    find_message,
    recognize_messages,
)
from regilink_doctor.core.wandb_messages.recognition import field_names
from regilink_doctor.rules import all_rules

# What the emulator and the grammar count on: key, row, fields, known, status.
COUNTED_ON = [
    ("personal-entity-link", "B1", "", True, 400),
    ("unknown-registry-create", "B3", "", True, 404),
    ("project-not-found", "B3", "project", True, 404),
    ("project-not-found-under-entity", "D1", "project entity", True, None),
    ("membership-not-found", "D2", "name project", True, None),
    ("type-not-allowed", "B4", "type registry allowed", False, 400),
    ("collection-type-conflict", "B5", "collection existing type", False, 400),
    ("legacy-registry-migrated", "A14", "", True, 400),
    ("permission-denied", "B7", "", True, 403),
    ("personal-entities-disabled", "B2", "", True, 400),
    ("org-entity-run", "B2", "", True, 400),
    ("version-in-target", "A8", "collection", False, 400),
    ("invalid-registry-name", "A10", "registry", False, 400),
    ("invalid-collection-name", "A10", "collection", False, 400),
    ("empty-collection-name", "A5", "", False, 400),
    ("unknown-entity", "A3", "entity", False, 404),
    ("registry-already-exists", "D18", "registry organization", True, None),
    ("unable-to-find-organization", "A12", "entity", True, None),
    ("expecting-organization", "A12", "expected organization", True, None),
    ("personal-multiple-organizations", "A12", "entity", True, None),
    ("personal-multiple-organizations-wrong", "A12", "organization", True, None),
    ("unable-to-resolve-personal", "A12", "entity", True, None),
    ("entity-name-required", "C6", "", True, None),
    ("organization-not-found", "A13", "organization", True, None),
    ("load-registry-failed", "B3", "registry organization", True, None),
    ("invalid-artifact-path", "A3", "path", True, None),
]

SHAPES = {
    "as it is": lambda text: text,
    "without its full stop": lambda text: text.rstrip("."),
    "python transport": lambda text: f"wandb.errors.errors.CommError: HTTP 404: {text}",
    "one of several": lambda text: f"CommError: [{text.rstrip('.')}; something else went wrong]",
    "the second of several": lambda text: f"CommError: [something else went wrong; {text.rstrip('.')}]",
    "printed": lambda text: f"\x1b[34mwandb\x1b[0m: \x1b[31mERROR\x1b[0m {text}\nwandb: View run at x",
    "response body": lambda text: json.dumps({"errors": [{"message": text}]}, ensure_ascii=False),
    "traceback": lambda text: (
        'Traceback (most recent call last):\n  File "train.py", line 9, in <module>\n'
        f"    run.link_artifact(model, target_path=TARGET)\nwandb.errors.errors.CommError: {text}\n"
    ),
    "pytest": lambda text: (
        f">       raise CommError(message, err)\nE       CommError: {text}\n\ntrain.py:9: CommError\n"
    ),
    "typographic quotes": lambda text: re.sub("'([^']*)'", "\u2018\\1\u2019", text),
}


def filled(each: WandbMessage, value: str = "value-{}") -> dict[str, str]:
    return {name: value.format(index) for index, name in enumerate(field_names(each.template))}


def test_there_are_texts_enough_and_each_has_a_key_of_its_own():
    keys = [each.key for each in WANDB_MESSAGES]
    assert len(keys) >= 90
    assert len(keys) == len(set(keys))
    assert all(re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", key) for key in keys)


def test_a_message_belongs_to_failures_and_has_a_speaker_and_a_rule_that_exist():
    codes = {rule.code for rule in all_rules()}

    def check(message: WandbMessage) -> None:
        assert message.speaker in get_args(Speaker)
        assert message.code is None or message.code in codes
        assert message.failure in FAILURES
        assert set(message.also) <= FAILURES.keys()
        assert message.failure not in message.also
        assert len(message.also) == len(set(message.also))

    check_each({message.key: message for message in WANDB_MESSAGES}, check)


def test_a_template_can_be_found_again():
    def check(message: WandbMessage) -> None:
        assert not message.template.startswith("{") or message.template.startswith("{{")
        assert not re.search(r"(?<!\{)\{\w+\}\{\w+\}", message.template)
        assert message.known or message.speaker == "server"

    check_each({message.key: message for message in WANDB_MESSAGES}, check)


@check_rows(("key", "row", "fields", "known", "status"), COUNTED_ON)
def test_the_texts_that_others_count_on(key: str, row: str, fields: str, known: bool, status: int | None):
    each = find_message(key)
    assert (each.failure, " ".join(field_names(each.template)), each.known, each.status) == (row, fields, known, status)


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.slow)], ids=["each fourth", "each"])
@pytest.mark.parametrize("shape", sample(SHAPES, one_in=2))
def test_a_text_is_recognised_in_every_shape(shape: str, step: int):
    wrong = []
    for each in WANDB_MESSAGES[[*SHAPES].index(shape) % step :: step]:
        fields = filled(each)
        found = recognize_messages(SHAPES[shape](fill_message(each.key, **fields)))
        if not found or (found[0].message.key, found[0].fields) != (each.key, fields):
            wrong.append((each.key, found))
    assert wrong == []


def test_a_wrapped_text_is_recognised():
    for each in WANDB_MESSAGES:
        words = fill_message(each.key, **filled(each)).split(" ")
        wrapped = "".join(word + (" \n    " if index % 4 == 3 else "  ") for index, word in enumerate(words))
        found = recognize_messages(wrapped)
        assert found, each.key
        assert found[0].message.key == each.key


# What a name may hold: blanks and accents inside, and what Python's repr leaves alone.
NAMES = st.text(string.ascii_letters + string.digits + "-_. äß名", min_size=1, max_size=60).map(
    lambda name: f"n{name.strip(' .')}n"
)


@given(st.sampled_from(WANDB_MESSAGES), st.sampled_from(sorted(SHAPES)), st.data())
def test_what_is_said_is_recognised_with_any_names(each: WandbMessage, shape: str, data: st.DataObject):
    fields = {name: data.draw(NAMES) for name in field_names(each.template)}
    first = recognize_messages(SHAPES[shape](fill_message(each.key, **fields)))[0]
    assert (first.message.failure, first.message.key) == (each.failure, each.key)
    # Blanks within a name come back as they stood.
    assert {name: " ".join(value.split()) for name, value in first.fields.items()} == {
        name: " ".join(value.split()) for name, value in fields.items()
    }


@given(st.sampled_from(WANDB_MESSAGES), st.sampled_from(WANDB_MESSAGES), st.booleans())
def test_no_text_swallows_another(first: WandbMessage, second: WandbMessage, one_line: bool):
    joint = "; " if one_line else "\n"
    text = (
        fill_message(first.key, **filled(first, "first-{}"))
        + joint
        + fill_message(second.key, **filled(second, "second-{}"))
    )
    found = {each.message.key for each in recognize_messages(text)}
    assert found == {first.key, second.key}


@given(st.sampled_from(WANDB_MESSAGES), st.text(max_size=80), st.text(max_size=80))
def test_the_span_is_where_the_text_stands(each: WandbMessage, before: str, after: str):
    said = fill_message(each.key, **filled(each))
    text = f"{before}\n\n {said}\n{after}"
    matches = [match for match in recognize_messages(text) if match.message == each]
    start, end = matches[0].span
    assert said.startswith(text[start:end])
    assert said[end - start :] in ("", ".")


def test_the_error_at_the_end_of_a_log_comes_first():
    log = "\n".join(
        (
            "wandb: WARNING " + fill_message("sweep-entity", entity="team-a"),
            "requests.HTTPError: " + fill_message("project-not-found", project="wandb-registry-x"),
            "During handling of the above exception, another exception occurred:",
            "CommError: " + fill_message("load-registry-failed", registry="x", organization="Acme Inc"),
        )
    )
    assert [each.message.key for each in recognize_messages(log)] == [
        "load-registry-failed",
        "project-not-found",
        "sweep-entity",
    ]


def test_words_that_many_programs_say_come_last():
    log = fill_message("unlink-denied", artifact="a/b/c:v0") + "\nPermission denied"
    assert [each.message.key for each in recognize_messages(log)] == ["unlink-denied", "permission-denied"]


def test_a_longer_text_hides_the_shorter_one_inside():
    text = "project 'wandb-registry-x' not found under entity 'acme'"
    assert [each.message.key for each in recognize_messages(text)] == ["project-not-found-under-entity"]
    text = fill_message("invalid-registry-name", registry="x") + ", must be 113 characters or less"
    assert [each.message.key for each in recognize_messages(text)] == ["registry-name-too-long"]


def test_two_names_are_not_taken_for_one():
    assert recognize_messages("project 'a' is fine and 'b' not found") == []
    assert recognize_messages("identity 'x' not found") == []
    assert recognize_messages("project 'a\nb' not found") == []


@check_rows("text", ["", " ", "\n\n", "'", "\\", "all is well", "wandb-registry-model/c", "é" * 50])
def test_nothing_is_recognised_in_other_words(text: str):
    assert recognize_messages(text) == []


def test_the_same_text_said_twice_counts_once():
    text = fill_message("personal-entity-link")
    assert len(recognize_messages(f"{text}\n{text}\nHTTP 400: {text}")) == 1


@pytest.mark.parametrize(
    "noise",
    sample(
        [
            "project 'project '",
            "artifact ' Artifact type 'x",
            "' not found ",
            "You do not have permission to add {",
            "\n",
            " ' ",
            '\\"',
            "a" * 77 + "\n",
            "type x specified but type ",
        ],
        one_in=3,
    ),
)
def test_a_long_log_is_read_in_bounded_time(noise: str):
    error = fill_message("personal-entity-link")
    log = (noise * (2 * TEXT_LIMIT // len(noise))) + "\n" + error + "\n"
    started = time.process_time()
    found = recognize_messages(log)
    assert time.process_time() - started < 3
    assert found[0].message.key == "personal-entity-link"
    assert log[slice(*found[0].span)] == error


def test_only_the_end_of_a_long_log_is_read():
    assert recognize_messages(fill_message("personal-entity-link") + "\n" + "x" * TEXT_LIMIT) == []


def test_an_unknown_key_is_refused_with_the_nearest():
    with pytest.raises(KeyError, match='did you mean "personal-entity-link"'):
        fill_message("personal-entity-links")


def test_a_missing_or_unknown_field_is_refused():
    with pytest.raises(ValueError, match="missing project, unknown nothing"):
        fill_message("project-not-found")
    with pytest.raises(ValueError, match="missing nothing, unknown entity"):
        fill_message("project-not-found", project="p", entity="e")


def test_braces_in_a_name_stay_as_they_are():
    assert fill_message("project-not-found", project="wandb-registry-{R}") == "project 'wandb-registry-{R}' not found"
