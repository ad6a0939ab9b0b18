"""What surrounds an error decides its cause: prefixes of loggers, frames, operations, names, versions."""

from __future__ import annotations

import json

import pytest
from tables import check_rows, sample

from regilink_doctor.workflows.explain import explain
from regilink_doctor.workflows.explain.error_context import read_error

TRACEBACK = (
    "Traceback (most recent call last):\n"
    '  File "/home/u/train.py", line 41, in main\n'
    '    run.link_artifact(model, target_path="team-a/wandb-registry-model/zoo")\n'
    '  File "/venv/lib/python3.11/site-packages/wandb/sdk/wandb_run.py", line 3049, in link_artifact\n'
    "    return artifact.link(target.to_str(), aliases)\n"
    "wandb.errors.errors.CommError: Unable to find organization\nfor entity 'team-a'."
)

REFUSED = "wandb.errors.CommError: cannot create registry. custom registries can only be created via the registries ui"
CHAINED = "\nThe above exception was the direct cause of the following exception:\n\n"

PREFIXES = {
    "clock": "| 12:01:33 | {}",
    "ray": "(Worker pid=4213, ip=10.0.0.7) {}",
    "ray with a name": "\x1b[36m(train_fn pid=4213)\x1b[0m {}",
    "iso": "2026-03-14T09:26:53.589Z {}",
    "python logging": "2026-03-14 09:26:53,589 ERROR    MainThread:4213 [train.py:run():41] {}",
    "loguru": "2026-03-14 09:26:53.589 | ERROR    | {}",
    "basicConfig": "ERROR:root:{}",
    "docker compose": "trainer-1  | {}",
    "kubectl": "[pod/train-x7f/trainer] {}",
    "gh run view": "train\tRun python train.py\t2026-03-14T09:26:53.5897932Z {}",
    "GitHub Actions": "2026-03-14T09:26:53.5897932Z ##[error]{}",
    "torchrun": "[rank0]: {}",
    "mpirun": "[1,0]<stderr>: {}",
    "srun": "3: {}",
    "syslog": "Mar 14 09:26:53 node7 python[4213]: {}",
    "quoted": "> {}",
    "box": "│ {}   │",
    "two of them": "trainer-1  | 2026-03-14 09:26:53 [INFO] {}",
}


@pytest.mark.parametrize("prefix", sample([pytest.param(value, id=name) for name, value in PREFIXES.items()], one_in=3))
def test_a_prefix_on_each_line_changes_nothing(prefix: str) -> None:
    log = "\n".join(prefix.format(line) for line in TRACEBACK.splitlines())
    plain, prefixed = explain(TRACEBACK), explain(log)
    assert plain.failures[0] == "A12"
    assert prefixed.failures == plain.failures
    assert (prefixed.registry, prefixed.collection) == ("model", "zoo")
    assert "raised at /home/u/train.py:41, in main" in prefixed.notes


def _raise_in(file: str, said: str) -> str:
    return f'Traceback (most recent call last):\n  File "{file}", line 5, in publish\n    publish()\n{said}\n'


@check_rows(
    ("log", "file"),
    [
        # The program goes on, and ends for another reason.
        (_raise_in("pub.py", REFUSED) + _raise_in("main.py", "RuntimeError: training failed"), "pub.py"),
        (_raise_in("other.py", "KeyError: 'x'") + _raise_in("pub.py", REFUSED), "pub.py"),
        (_raise_in("pub.py", REFUSED) + CHAINED + _raise_in("main.py", "RuntimeError: training failed"), "pub.py"),
        (_raise_in("other.py", "KeyError: 'x'") + CHAINED + _raise_in("pub.py", REFUSED), "pub.py"),
        (_raise_in("pub.py", REFUSED) + "make: *** [train] Error 1\n" + _raise_in("a.py", "KeyError: 'x'"), "pub.py"),
        # wandb logs an error before it is raised.
        (_raise_in("other.py", "KeyError: 'x'") + f"wandb: ERROR {REFUSED}\n" + _raise_in("pub.py", "E: x"), "pub.py"),
        (f"wandb: ERROR {REFUSED}\n" + _raise_in("pub.py", "SystemExit: 1"), "pub.py"),
    ],
)
def test_an_error_is_raised_where_its_own_traceback_ends(log: str, file: str) -> None:
    assert f"raised at {file}:5, in publish" in explain(log).notes


@check_rows("key", ["message", "msg", "log", "textPayload", "exc_info"])
def test_json_lines_are_read(key: str) -> None:
    log = "\n".join(json.dumps({"level": "error", key: line + "\n"}) for line in TRACEBACK.splitlines())
    assert explain(log).failures[0] == "A12"
    assert explain(json.dumps({"severity": "ERROR", key: TRACEBACK})).failures[0] == "A12"


def test_a_message_that_the_terminal_broke_within_a_word_is_put_together() -> None:
    broken = (
        "CommError: linking is only allowed within the same team or to a collec\ntion in your organization's registry"
    )
    assert explain(broken).failures[0] == "B1"


def test_the_source_lines_of_a_traceback_are_not_messages() -> None:
    error = (
        "Traceback (most recent call last):\n"
        '  File "/home/u/train.py", line 9, in <module>\n'
        '    raise RuntimeError("permission denied" if strict else "rate limit exceeded")\n'
        "    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "RuntimeError: the model did not converge\n"
    )
    found = explain(error)
    assert (found.kind, found.is_recognized, found.failures) == ("error", False, ())
    assert "the model did not converge" in found.title


def frames(function: str, file: str = "wandb_run.py", source: str = "do_it()") -> str:
    return (
        f'Traceback (most recent call last):\n  File "/home/u/train.py", line 9, in main\n    {source}\n'
        f'  File "/venv/lib/python3.11/site-packages/wandb/sdk/{file}", line 99, in {function}\n    raise error\n'
    )


@check_rows(
    ("context", "first"),
    [
        (frames("init", "wandb_init.py"), "F1"),
        (frames("link_artifact"), "B7"),
        (frames("use_artifact"), "D7"),
        (frames("download", "artifacts/artifact.py"), "D7"),
        (frames("log_artifact"), "B2"),
        ("    run = wandb.init(entity='t')\n", "F1"),
        ('{"errors":[{"message":"x","path":["upsertBucket"]}],"data":null}\n', "F1"),
        ('{"errors":[{"message":"x","path":["linkArtifact"]}],"data":null}\n', "B7"),
        ("Syncing: https://wandb.ai/t/p/runs/abc ...\n", "B2"),
        ("", "B7"),
    ],
)
def test_the_call_decides_what_permission_denied_means(context: str, first: str) -> None:
    found = explain(f"{context}wandb.errors.errors.CommError: permission denied")
    assert found.failures[0] == first
    if first == "B2":
        assert not {"B7", "B10", "D7"} & set(found.failures)
    if first == "D7":
        assert not {"B7", "B10"} & set(found.failures)


@check_rows(
    ("status", "call", "first"),
    [
        ("401 Client Error: Unauthorized for url: https://api.wandb.ai/graphql", "init", "C18"),
        ("returned error 404 Not Found: {}", "init", "B2"),
        ("HTTP 403: nothing that is known", "use_artifact", "D7"),
        ("HTTP 404: nothing that is known", "link_artifact", "B3"),
        ("Error while calling W&B API: nothing known (<Response [500]>)", "link_artifact", "F2"),
        ("HTTP 429: slow down", "link_artifact", "B17"),
    ],
)
def test_a_status_says_what_no_message_says(status: str, call: str, first: str) -> None:
    assert explain(f"{frames(call)}wandb.errors.CommError: {status}").failures[0] == first


def test_a_status_of_another_host_is_not_wandbs() -> None:
    found = explain("requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: https://example.com/data.tar")
    assert (found.kind, found.is_recognized) == ("error", False)


def test_names_give_the_cause_away() -> None:
    misspelled = "Expecting the organization name or entity name to match 'Acme Inc' and cannot be linked/fetched with "
    assert explain(f"CommError: {misspelled}'Acme Icn'. Please update").failures[0] == "A13"
    assert explain(f"CommError: {misspelled}'vision-team'. Please update").failures[0] == "A12"
    personal = (
        "wandb: Currently logged in as: alice (team-a)\nCommError: Unable to find organization for entity 'alice'."
    )
    assert explain(personal).failures[0] == "B1"
    assert explain(personal.replace("'alice'", "'team-a'")).failures[0] == "A12"


def test_the_version_in_the_log_rules_causes_out() -> None:
    error = "AttributeError: 'NoneType' object has no attribute 'version'"
    assert "B14" in explain(f"wandb: Tracking run with wandb version 0.19.11\n{error}").failures
    assert "B14" not in explain(f"wandb: Tracking run with wandb version 0.31.0\n{error}").failures


def test_the_length_of_the_key_decides() -> None:
    message = "ValueError: API key must be 40 characters long, yours was {}"
    assert explain(message.format(86)).failures[0] == "F3"
    assert explain(message.format(39)).failures[0] == "C18"


def test_an_exception_without_words_is_known_where_it_was_raised() -> None:
    assert explain("NotImplementedError").failures == ("C1",)
    assert explain(frames("link_artifact") + "NotImplementedError").failures == ("C1",)
    other = explain(frames("use_artifact") + "NotImplementedError")
    assert (other.kind, other.is_recognized) == ("error", False)


IPYTHON = """---------------------------------------------------------------------------
CommError                                 Traceback (most recent call last)
Cell In[3], line 2
      1 artifact = run.log_artifact("best.pt", name="zoo", type="model")
----> 2 run.link_artifact(artifact, "wandb-registry-model/zoo")

File ~/venv/lib/python3.11/site-packages/wandb/sdk/wandb_run.py:3049, in Run.link_artifact(self, artifact)
   3048     raise ValueError("rate limit exceeded")
-> 3049 return artifact.link(target.to_str(), aliases)

CommError: linking is only allowed within the same team or to a collection in your organization's registry
"""


def test_the_traceback_of_a_notebook_is_read() -> None:
    found = explain(IPYTHON)
    assert found.failures[0] == "B1"
    assert found.collection == "zoo"
    context = read_error(IPYTHON)
    assert (context.call, context.place) == ("link_artifact", "In[3]:2")
    assert "rate limit" not in context.message_text


def test_an_error_is_an_error_before_it_is_anything_else() -> None:
    for text in (
        "wandb: ERROR the cat sat on the mat",
        "wandb.errors.errors.CommError: something new about wandb-registry-model/zoo",
        'Traceback (most recent call last):\n  File "t.py", line 1, in <module>\n'
        '    run.link_artifact(a, "wandb-registry-model/zoo")\nFooError: bar',
        '{"errors":[{"message":"a new one","path":["linkArtifact"]}],"data":{"linkArtifact":null}}',
        "SomethingNewError",
    ):
        found = explain(text)
        assert (found.kind, found.is_recognized) == ("error", False), text
        assert found.text.startswith("Error not known")
        assert "nothing is wrong" not in found.text


def test_what_could_be_read_around_an_unknown_error_is_shown() -> None:
    text = (
        "wandb: Tracking run with wandb version 0.27.2\n"
        + frames("link_artifact", source='run.link_artifact(m, "wandb-registry-model/zoo")')
        + 'CommError: {"errors":[{"message":"brand new","path":["linkArtifact"]}]}'
    )
    found = explain(text)
    shown = "\n".join(found.notes)
    for fact in ("/home/u/train.py:9, in main", "link_artifact", "linkArtifact", "0.27.2", "wandb-registry-model/zoo"):
        assert fact in shown


def test_causes_that_the_path_or_the_call_rules_out_are_not_listed() -> None:
    refusal = "CommError: cannot create registry. custom registries can only be created via the registries ui"
    assert "A11" in explain(refusal).failures
    called = frames("link_artifact", source='run.link_artifact(a, "wandb-registry-birds/zoo")')
    assert explain(called + refusal).failures[0] == "B3"
    assert "A11" not in explain(called + refusal).failures
    doubled = called.replace("birds", "wandb-registry-birds")
    assert explain(doubled + refusal).failures[0] == "A11"
    personal = (
        "CommError: linking is only allowed within the same team or to a collection in your organization's registry"
    )
    assert "C12" in explain(personal).failures
    assert "C12" not in explain(called + personal).failures


@check_rows(
    "text",
    [
        "wandb-registry-Failed Runs/zoo",
        "acme/wandb-registry-model/zoo-error:v2",
        'run.link_artifact(a, "wandb-registry-model/zoo")  # fails without a team',
        'run.link_artifact(a, "wandb-registry-model/zoo")  # raises CommError when the registry is missing',
        '# None in a disabled run\nrun.link_artifact(a, "wandb-registry-model/zoo")',
        'run.link_artifact(a, "wandb-registry-model/zoo")  # linked: v3',
        'run.link_artifact(a, "wandb-registry-model/zoo")  # 512 hidden units',
        'run.link_artifact(a, "wandb-registry-model/zoo")  # 404 birds',
        'run.link_artifact(a, "wandb-registry-model/zoo")  # 500',
        'run.link_artifact(a, "wandb-registry-model/zoo")  # error: see issue 12',
        'error = None\nrun.link_artifact(a, "wandb-registry-model/zoo")',
        "on_error: continue\ntarget_path: wandb-registry-model/zoo",
    ],
)
def test_a_name_with_the_word_of_a_failure_is_no_error(text: str) -> None:
    found = explain(text)
    assert (found.kind == "error", found.failures) == (False, ())


@pytest.mark.parametrize("form", ["{code}  # {output}", "{code}\n# {output}", "{code}\n#   {output}\n"])
@check_rows(
    ("output", "failures"),
    [
        ("CommError: permission denied", ("B7",)),
        ("-> wandb.errors.CommError: something new", ()),
        ("prints: 403 Forbidden", ("B7",)),
        ("returned None", ()),
        ("404", ()),
        ("-> HTTP 404", ("B3",)),
        ("500 Internal Server Error", ("F2",)),
        ("status: 403", ("B7",)),
        ("exit_code=1", ()),
        ("it fails", ()),
        ("\u274c no version", ()),
        ("\u5931\u6557\u3057\u307e\u3057\u305f", ()),
    ],
)
def test_what_a_comment_says_that_the_program_printed_is_an_error(
    form: str, output: str, failures: tuple[str, ...]
) -> None:
    found = explain(form.format(code='run.link_artifact(a, "wandb-registry-model/zoo")', output=output))
    assert (found.kind, found.failures[:1]) == ("error", failures)
