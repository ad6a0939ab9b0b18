"""Error text in, failure out. The texts are what W&B says, word for word, and not made from our templates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tables import check_each, check_rows

from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.wandb_messages import (
    WANDB_MESSAGES,
    WandbMessage,
    field_names,
    fill_message,
    list_sdk_sentences,
)
from regilink_doctor.workflows.explain import classify, explain, message_words

ERRORS = json.loads((Path(__file__).parents[1] / "cases" / "explain" / "errors.json").read_text("utf-8"))
TEXTS = [(text, row) for row, texts in ERRORS.items() for text in texts]

NOISE = "\n".join(
    f"epoch {number}: loss 0.{number:04d}  lr 1e-4  [00:0{number % 10}<00:00, 3.2it/s]" for number in range(30)
)


def test_there_are_texts_enough() -> None:
    assert len({text for text, _ in TEXTS}) == len(TEXTS) >= 60


def test_a_text_leads_to_its_row() -> None:
    def check(entry: tuple[str, str]) -> None:
        text, row = entry
        found = explain(text)
        assert found.kind == "error"
        assert found.failures[0] == row
        assert found.causes[0].failure == row
        assert set(found.causes[0].codes) <= set(found.codes)

    check_each({text: (text, row) for text, row in TEXTS}, check)


@pytest.mark.slow
def test_noise_around_it_changes_nothing() -> None:
    wrong = []
    for text, row in TEXTS:
        log = f"{NOISE}\nwandb: View run at https://wandb.ai/team-a/p/runs/x\nCommError: {text}\n{NOISE[:600]}"
        if (found := explain(log)).failures[:1] != (row,):
            wrong.append((text, found.failures))
    assert wrong == []


@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.slow)], ids=["each third", "each"])
def test_every_wording_that_regilink_knows_leads_to_its_row(step: int) -> None:
    for each in WANDB_MESSAGES[::step]:
        text = fill_message(
            each.key,
            **{name: f"{'kqvzxwjy'[index] * 5}-{index}" for index, name in enumerate(field_names(each.template))},
        )
        found = explain(f'Traceback (most recent call last):\n  File "train.py", line 9, in <module>\n{text}\n')
        assert found.failures[0] == each.failure, each.key
        assert ("W&B's wording is undocumented" in found.text) == (not each.known)


def test_a_sentence_of_the_sdk_counts_where_wandb_is_named() -> None:
    for message in list_sdk_sentences()[::9]:
        text = message.template.format_map(dict.fromkeys(field_names(message.template), "kqvz"))
        found = explain(f"wandb 0.22.1\nValueError: {text} kqvz")
        assert found.kind == "error"
        assert found.failures[0] == message.failure, text
    assert not explain("ValueError: mask_layers must be a dict").failures


def test_the_path_in_a_traceback_is_judged_and_fills_the_command() -> None:
    found = explain(
        "Traceback (most recent call last):\n"
        '  File "/home/u/project/train.py", line 41, in main\n'
        '    run.link_artifact(model, target_path="team-a/wandb-registry-model/zoo")\n'
        '  File "/usr/lib/python3.11/site-packages/wandb/sdk/wandb_run.py", line 388, in wrapper\n'
        "    return func(self, *args, **kwargs)\n"
        "wandb.errors.errors.CommError: Unable to find organization for entity 'team-a'.\n"
    )
    assert found.failures[0] == "A12"
    assert (found.organization, found.registry, found.collection) == ("team-a", "model", "zoo")
    assert "raised at /home/u/project/train.py:41, in main" in found.text
    assert found.causes[0].check_with == "regilink doctor team-a/wandb-registry-model/zoo --entity team-a"


@check_rows(
    ("line", "target"),
    [
        ('run.link_artifact(artifact, "wandb-registry/model/zoo")', "wandb-registry-model/zoo"),
        ('run.link_artifact(make_artifact("z"), "wandb-registry/model/zoo")', "wandb-registry-model/zoo"),
        ('artifact.link(\n        "wandb-registry/model/zoo"\n    )', "wandb-registry-model/zoo"),
        ("artifact.link(target_path='acme/wandb_registry-model/zoo')", "acme/wandb-registry-model/zoo"),
        ('run.link_artifact(load("wandb-registry/model/zoo"), target)', None),
        ('publish("wandb-registry/model/zoo")', None),
        ('run.link_artifact(artifact, "wandb-project/model/zoo")', None),
    ],
)
def test_a_path_that_misspells_the_prefix_is_judged_where_it_is_linked_to(line: str, target: str | None) -> None:
    found = explain(
        f'Traceback (most recent call last):\n  File "/home/u/train.py", line 41, in main\n    {line}\n'
        "wandb.errors.errors.CommError: entity 'wandb-registry' not found"
    )
    assert found.failures[0] == ("A4" if target and "acme" in target else "A3")
    assert found.target == target


@check_rows(
    ("error", "failure", "target"),
    [
        ("ValueError: Path is not a file: 'models/zoo.pt'", "F18", None),
        ("ValueError: Path is not a directory: 'outputs/checkpoints'", "F18", None),
        ("KeyError: 'Path not contained in artifact: models/zoo.pt'", "F6", None),
        ("ValueError: Invalid artifact path: 'wandb-registry/model/zoo'", "A3", "wandb-registry-model/zoo"),
    ],
)
def test_a_file_in_a_message_is_no_target_path(error: str, failure: str, target: str | None) -> None:
    found = explain(
        f'Traceback (most recent call last):\n  File "train.py", line 4, in <module>\n    import wandb\n{error}'
    )
    assert (found.failures[0], found.target) == (failure, target)


_NORMALIZE = ("apis/normalize.py", "wrapper")
_VALIDATORS = "sdk/artifacts/_validators.py"
_LINK = ("sdk/wandb_run.py", "link_artifact")
_LINKS, _STRINGS = "run.link_artifact(artifact, target)", "has to be a list of strings, not a"


@check_rows(
    ("line", "frames", "error", "note"),
    [
        # The argument of another type, wherever wandb falls over it.
        (
            _LINKS,
            [_LINK, (_VALIDATORS, "from_str")],
            "AttributeError: 'PosixPath' object has no attribute 'partition'",
            "`target_path` of `link_artifact` has to be a string, not a PosixPath",
        ),
        (
            _LINKS,
            [_LINK],
            "AttributeError: 'ListConfig' object has no attribute 'partition'",
            "`target_path` of `link_artifact` has to be a string, not a ListConfig",
        ),
        (
            _LINKS,
            [_NORMALIZE],
            "wandb.errors.errors.CommError: 'float' object is not iterable",
            f"`aliases` of `link_artifact` {_STRINGS} float",
        ),
        (
            "run.log_artifact(artifact, tags=3)",
            [("sdk/wandb_run.py", "log_artifact"), (_VALIDATORS, "validate_tags"), ("_iterutils.py", "always_list")],
            "TypeError: 'int' object is not iterable",
            f"`tags` of `log_artifact` {_STRINGS} int",
        ),
        (
            'wandb.Artifact("zoo", type=kind)',
            [("sdk/artifacts/artifact.py", "__init__"), (_VALIDATORS, "validate_artifact_type")],
            "AttributeError: 'NoneType' object has no attribute 'startswith'",
            "`type` of the class has to be a string, not a NoneType",
        ),
        (
            _LINKS,
            [(_VALIDATORS, "validate")],
            'TypeError: can only concatenate str (not "NoneType") to str',
            "an argument of `link_artifact` is of the type NoneType, which it does not accept",
        ),
        # wandb's own objects, what the server did not answer, and code that the program did not call.
        (_LINKS, [_LINK], "AttributeError: 'NoneType' object has no attribute 'interface'", None),
        (_LINKS, [_LINK, ("sdk/lib/x.py", "_send")], "AttributeError: 'dict' object has no attribute 'split'", None),
        (_LINKS, [_LINK], "AttributeError: 'Settings' object has no attribute 'get'", None),
        ("fit()", [("integration/keras/keras.py", "_on_log")], "TypeError: 'int' object is not iterable", None),
        ("fit(api.run(path))", [("apis/public/runs.py", "load")], "TypeError: 'NoneType' object is not iterable", None),
    ],
)
def test_an_argument_of_another_type_is_named_and_wandb_is_not_blamed(
    line: str, frames: list[tuple[str, str]], error: str, note: str | None
) -> None:
    shown = "".join(f'  File "/v/site-packages/wandb/{file}", line 9, in {name}\n    x()\n' for file, name in frames)
    found = explain(
        f'Traceback (most recent call last):\n  File "/app/train.py", line 8, in main\n    {line}\n{shown}{error}'
    )
    assert (found.failures[0] == "F22") == (note is not None)
    assert note is None or note in found.notes


@check_rows(
    ("error", "address"),
    [
        ("CommError: Could not find run <Run team-a/p/nope (not found)>", "wandb.ai/ENTITY/PROJECT/runs/RUN_ID"),
        ("CommError: Could not find sweep <Sweep team-a/p/nope (x)>", "wandb.ai/ENTITY/PROJECT/sweeps/SWEEP_ID"),
        ("CommError: Could not find project p", None),
    ],
)
def test_a_run_or_sweep_that_is_not_found_has_its_own_advice(error: str, address: str | None) -> None:
    found = explain(f"wandb.errors.{error}")
    assert ("Copy entity" in found.causes[0].help) == (address is not None)
    assert address is None or address in found.causes[0].help


def test_of_several_paths_the_last_is_meant() -> None:
    found = explain(
        'print("wandb-registry-dataset/first")\n    run.link_artifact(model, "wandb-registry-model/zoo")\n'
        "CommError: permission denied"
    )
    assert found.registry == "model"


def test_without_an_organization_in_the_path_the_entity_is_the_likelier_cause() -> None:
    found = explain(
        '    run.link_artifact(model, "wandb-registry-model/zoo")\n'
        "CommError: Unable to find organization for entity 'ghost'."
    )
    assert found.failures[:2] == ("B2", "A15")
    assert "A12" not in found.failures


LINKED = (
    '    run.link_artifact(model, "{}wandb-registry-model/zoo")\n'
    "CommError: Unable to find organization for entity 'ghost'."
)
REFUSED = 'Traceback (most recent call last):\n  File "a.py", line 9, in f\n    {}\nCommError: permission denied'
READ = "CommError: artifact membership 'zoo:{}' not found in 'acme/wandb-registry-model'"


@check_rows(
    ("text", "listed", "not_listed"),
    [
        (LINKED.format("acme2/"), {"A12", "A13"}, {"A15"}),
        (LINKED.format(""), {"B2", "A15"}, {"A12"}),
        ("CommError: Unable to find organization for entity 'ghost'.", {"A12", "A15"}, set()),
        (READ.format("v0"), {"D2", "B12"}, {"D3"}),
        (READ.format("production"), {"D2"}, {"D3", "B12"}),
        (READ.format("latest"), {"D2", "D3"}, {"B12"}),
        (REFUSED.format("run.link_artifact(a, path)"), {"B7"}, {"B10"}),
        (REFUSED.format("linked = run.link_artifact(a, target_path=path)"), {"B7"}, {"B10"}),
        (REFUSED.format("run.link_artifact(a, path, aliases=names)"), {"B7", "B10"}, set()),
        (REFUSED.format("run.link_artifact(a, path, names)"), {"B7", "B10"}, set()),
        (REFUSED.format("run.link_artifact(a, *rest)"), {"B7", "B10"}, set()),
        (REFUSED.format("run.link_artifact("), {"B7", "B10"}, set()),
        ("ValueError: Invalid artifact path: 'wandb-registry-model/meta/llama'", {"A3"}, {"A9", "A17"}),
        ("ValueError: Invalid artifact path: 'wandb-registry-model//zoo/x'", {"A17"}, {"A9"}),
        ("wandb.errors.CommError: entity 'wandb-registry' not found", {"A3", "A17"}, {"B2", "A12"}),
        ("wandb.errors.CommError: entity 'wandb-team' not found", {"A3", "A17", "B2", "A12"}, set()),
    ],
)
def test_no_cause_is_listed_that_the_path_in_the_text_rules_out(
    text: str, listed: set[str], not_listed: set[str]
) -> None:
    failures = {*explain(text).failures}
    assert listed <= failures
    assert not not_listed & failures


@check_rows(
    ("text", "title", "reporter"),
    [
        ("ModuleNotFoundError: No module named 'wandb'", "No module named 'wandb'", "Python"),
        ("No module named 'wandb.sdk'; 'wandb' is not a package", None, "Python"),
        ("TypeError: link_artifact() got an unexpected keyword argument 'target'", None, "Python"),
        ("OSError: [Errno 28] No space left on device", "No space left on device", "the operating system"),
        ("wandb: ERROR no space left on device", "no space left on device", "wandb-core, an older wandb or a library"),
        ("CommError: permission denied", None, "W&B's server"),
    ],
)
def test_an_error_is_quoted_whole_and_its_reporter_named(text: str, title: str | None, reporter: str) -> None:
    found = explain(text)
    assert found.title == (title or text.rpartition("Error: ")[2])
    assert found.notes[0].startswith(f"reported by {reporter}")


@check_rows(
    ("text", "frame"),
    [
        (
            '  File "/e/site-packages/wandb/util.py", line 7, in walk\n    for key in tree:',
            ", at wandb/util.py:7, in walk: for key in tree:",
        ),
        (
            '  File "/e/site-packages/wandb/a.py", line 7, in walk\n    go(x)\n       ^\n'
            '  File "/e/site-packages/wandb/b.py", line 8, in go',
            ", at wandb/b.py:8, in go",
        ),
        (
            " /srv/fit.py:3 in main\n   2 │   x = 1\n ❱ 3 │   wandb.log(x)\n"
            " /e/site-packages/wandb/c.py:9 in log\n   8 │   if x:\n ❱ 9 │   │   send(x)\n  10 │   stop()",
            ", at wandb/c.py:9, in log: send(x)",
        ),
        ("Traceback (most recent call last):", ""),
    ],
)
def test_of_a_traceback_that_is_cut_the_deepest_frame_is_shown(text: str, frame: str) -> None:
    assert explain(text).title == f"the traceback is cut before its last line{frame}"


def test_a_command_has_the_names_of_the_text() -> None:
    begins = 'Traceback (most recent call last):\n  File "a.py", line 9, in f\n    run = wandb.init(entity="team-b")\n'
    refused = explain(begins + "CommError: Error uploading run: returned error 403: permission denied")
    assert "regilink doctor --entity team-b" in {cause.check_with for cause in refused.causes}
    reads = (
        'Traceback (most recent call last):\n  File "a.py", line 9, in f\n    use_artifact("wandb-registry-x/zoo:v0")\n'
    )
    missing = explain(reads + "CommError: project 'wandb-registry-x' not found under entity 'acme'")
    commands = {cause.failure: cause.check_with for cause in missing.causes}
    assert commands["D1"] == "regilink verify wandb-registry-x/zoo:v0"
    assert commands["B3"] == "regilink doctor wandb-registry-x/zoo --entity TEAM"  # acme is the organization


@check_rows(
    ("text", "help"),
    [
        (
            "ValueError: Artifact zoo already exists with type 'model'; cannot create another with type 'dataset'",
            '`wandb.Artifact("zoo-dataset", type="dataset")`, or log it with the type of its name, `model`.',
        ),
        (
            "artifact collection 'zoo' already exists with type 'model'; cannot create another with type 'dataset'",
            '`wandb.Artifact("zoo-dataset", type="dataset")`',
        ),
        ("artifact sequence 'zoo' already exists with type 'dataset' (wandb)", "give the artifact another name."),
        (
            "collection 'zoo' already has artifact type 'model'; cannot link an artifact of type 'dataset'",
            "Link to a collection of the artifact's type",
        ),
    ],
)
def test_of_two_types_of_one_name_the_help_names_the_artifact_or_the_collection(text: str, help: str) -> None:
    cause = explain(text).causes[0]
    assert cause.failure == "B5"
    assert help in cause.help
    assert "--type model" not in cause.check_with


def test_what_is_certainly_wrong_with_the_path_comes_first() -> None:
    found = explain(
        '    run.link_artifact(model, "wandb-registry-model/meta-llama/Llama-3")\nCommError: permission denied'
    )
    assert found.failures[:2] == ("A3", "B7")
    assert found.codes[0] == "REG103"
    assert found.target == "wandb-registry-model/meta-llama-Llama-3"


def test_a_name_in_the_words_gives_the_mistake_away() -> None:
    doubled = explain("project 'wandb-registry-wandb-registry-model' not found under entity 'acme'")
    assert doubled.failures[:2] == ("A11", "D1")
    title = explain("project 'wandb-registry-Models' not found")
    assert title.failures[:2] == ("A10", "B3")


def test_a_warning_further_up_is_told_and_counted() -> None:
    found = explain(
        "wandb: WARNING Ignoring entity 'team-a' when running a sweep.\n" + NOISE + "\nCommError: linking is only "
        "allowed within the same team or to a collection in your organization's registry"
    )
    assert found.failures[:2] == ("B1", "B2")
    assert "also in the text: Ignoring entity 'team-a' when running a sweep" in found.text


def test_an_exception_is_classified_with_its_chain() -> None:
    def link() -> None:
        try:
            raise ValueError("Unable to find organization for entity 'team-a'.")
        except ValueError as error:
            raise RuntimeError("publishing failed") from error

    with pytest.raises(RuntimeError) as caught:
        link()
    found = classify(caught.value)
    assert (found.kind, found.failures[0]) == ("error", "A12")
    assert f"raised at {__file__}" in found.text
    assert classify("HTTP 400: permission denied").failures[0] == "B7"


def test_an_exception_is_explained_like_its_text() -> None:
    error = ValueError("project 'x' not found under entity 'y'")
    assert explain(error) == classify(error)
    assert explain(error).failures[0] == "D1"


def test_an_exception_that_cannot_be_shown_is_unknown() -> None:
    class Broken(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert classify(Broken()).kind == "unknown"


def test_an_error_of_other_programs_is_an_error_that_is_not_known() -> None:
    for text in (
        'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nZeroDivisionError: division by zero',
        "FileNotFoundError: [Errno 2] No such file or directory: '/data/train.csv'",
        "CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 10.00 GiB total capacity)",
        "My validation loss goes to NaN after some steps, see the W&B chart.",
    ):
        found = explain(text)
        assert (found.kind, found.is_recognized, found.failures) == ("error", False, ()), found
        assert "nothing is wrong" not in found.text
    assert explain("ZeroDivisionError: division by zero").text.startswith(
        "Error not known: ZeroDivisionError: division by zero"
    )


def test_an_entity_that_is_missing_when_the_run_begins_is_no_matter_of_the_target_path() -> None:
    error = "wandb.errors.errors.CommError: entity 'ml-team' not found\n"
    own = 'Traceback (most recent call last):\n  File "/home/u/train.py", line 17, in main\n    main()\n'
    begins = '  File "/venv/lib/python3.11/site-packages/wandb/sdk/wandb_init.py", line 966, in init\n    raise error\n'
    links = '  File "/venv/lib/python3.11/site-packages/wandb/sdk/wandb_run.py", line 3050, in link_artifact\n'
    assert explain(own + begins + error).failures == ("B2",)
    assert explain(own + links + error).failures[0] == "A3"
    assert explain(own + begins + own + links + error).failures[0] == "A3"


def test_a_guess_is_right_for_messages_that_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    messages = [*WANDB_MESSAGES, *list_sdk_sentences()]
    words = {message.template: frozenset(message.template.lower().split()) for message in messages}
    guesses: list[tuple[WandbMessage, list[str]]] = []

    def is_alike(message: WandbMessage, other: WandbMessage) -> bool:
        first, second = words[message.template], words[other.template]
        return len(first & second) * 2 > len(first | second)

    for start in range(0, 29, 6):
        left_out = messages[start::29]
        others = [message for message in messages if not any(is_alike(message, other) for other in left_out)]
        monkeypatch.setattr(message_words, "WANDB_MESSAGES", others)
        monkeypatch.setattr(message_words, "list_sdk_sentences", tuple)
        message_words._index_messages.cache_clear()
        try:
            guesses += [(message, message_words.guess_failures(message.template, [*FAILURES])) for message in left_out]
        finally:
            message_words._index_messages.cache_clear()
    with_guess = [(message, guess) for message, guess in guesses if guess]
    right = [message for message, guess in with_guess if guess[0] in (message.failure, *message.also)]
    assert len(with_guess) > len(guesses) / 3
    assert len(right) >= 0.7 * len(with_guess)
