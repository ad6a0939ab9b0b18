"""A report for a public issue: no names, and the same name is always the same word."""

from __future__ import annotations

from tables import check_rows

from regilink_doctor.core.check_result import CheckResult
from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.organization_view import OrganizationNames
from regilink_doctor.core.origin import Code, Setting, Variable
from regilink_doctor.core.records import replace
from regilink_doctor.doctor.diagnosis import Diagnosis, LinkSummary, Ready, UnknownLink
from regilink_doctor.report.doctor.redact import redact_diagnosis

NAMES = (
    ("user", "alice"),
    ("team", "team-a"),
    ("organization", "Acme Inc"),
    ("organization", "acme"),
    ("registry", "Golden Datasets"),
    ("registry", "team-a-mr-migrated"),
    ("registry", "model"),
    ("collection", "zoo"),
    ("file", "src/train.py"),
)


def test_every_name_is_a_kind_and_a_number() -> None:
    row = CheckResult(
        "entity",
        "fail",
        "wandb-registry-Golden Datasets/zoo",
        'alice of team-a, not of team-a-mr-migrated: "Acme Inc" (acme); zoos and acmes are others',
        "REG203",
        'write: target_path="acme/wandb-registry-model/zoo"',
        Code(Place("src/train.py", Span(3, 1, 3, 9))),
    )
    ready = Ready((("team-a", OrganizationNames("Acme Inc", "acme")),), ("wandb-registry-model/zoo",), "team-a")
    found = (("entity", Setting("team-a", Variable("WANDB_ENTITY"))),)
    hidden = redact_diagnosis(Diagnosis((row,), found, (), ready, names=NAMES))
    (check,) = hidden.checks
    assert check.subject == "wandb-registry-registry-1/collection-1"
    assert check.message == (
        'user-1 of team-1, not of registry-2: "organization-1" (organization-2); zoos and acmes are others'
    )
    assert check.help == 'write: target_path="organization-2/wandb-registry-model/collection-1"'
    assert check.origin.shown == "file-1:3"
    assert hidden.found == (("entity", Setting("team-1", Variable("WANDB_ENTITY"))),)
    assert hidden.ready == Ready(
        (("team-1", OrganizationNames("organization-1", "organization-2")),),
        ("wandb-registry-model/collection-1",),
        "team-1",
    )
    assert not [name for _, name in NAMES if name != "model" and f" {name} " in f" {hidden} "]


@check_rows(
    ("text", "hidden"),
    [
        ("https://wandb.acme.example:8443/deep/path?team=team-a, then", "https://host-1, then"),
        ("http://me:secret@wandb.acme.example/x", "http://host-1"),
        (
            "Acme%20Inc/wandb-registry-Golden%20Datasets%2Fzoo",
            "organization-1/wandb-registry-registry-1%2Fcollection-1",
        ),
        ("Acme+Inc and ACME INC", "organization-1 and organization-1"),
        (
            "selectionPath=acme%2Fwandb-registry-Golden%20Datasets",
            "selectionPath=organization-2%2Fwandb-registry-registry-1",
        ),
        ("https://api.wandb.ai/acme/team-a", "https://api.wandb.ai/organization-2/team-1"),
        ("http://127.0.0.1:8080 is asked", "http://127.0.0.1:8080 is asked"),
        ("socks5h://proxy.acme.example:1080", "socks5h://host-1"),
        ("zoos, zoo", "zoos, collection-1"),
    ],
)
def test_a_name_is_hidden_in_every_shape_and_a_scheme_never(text: str, hidden: str) -> None:
    row = CheckResult("host", "pass", "x", text)
    names = (*NAMES, ("collection", "https"), ("registry", "wandb"))  # words of an address, too
    assert redact_diagnosis(Diagnosis((row,), (), (), names=names)).checks[0].message == hidden


def test_what_only_an_address_names_is_hidden_wherever_it_is_written() -> None:
    address = (
        "https://wandb.ai/orgs/condor/registry/model?selectionPath=condor%2Fwandb-registry-heron%2Fosprey&view=versions"
    )
    row = CheckResult("target-path", "fail", address, f"{address} is a URL", help='write "wandb-registry-heron/osprey"')
    (hidden,) = redact_diagnosis(Diagnosis((row,), (), ())).checks
    assert hidden.subject == (
        "https://wandb.ai/orgs/name-1/registry/model?selectionPath=name-1%2Fwandb-registry-registry-1%2Fname-2&view=versions"
    )
    assert hidden.help == 'write "wandb-registry-registry-1/name-2"'


def test_files_of_values_and_expressions_are_hidden() -> None:
    span = Span(3, 1, 3, 9)
    origin = Code(Place("heron.py", span), "entity", (), (Place("conf/osprey.yaml", span),))
    reason = "`condor.paths[0]` is known only when the program runs (what condor returns)"
    check = CheckResult("entity", "fail", "x", "no such team", origin=origin, help='conf/osprey.yaml:3: entity="x"')
    unknown = UnknownLink("{?}", origin, reason, ("condor.paths[0]",))
    hidden = redact_diagnosis(Diagnosis((check,), (), (), links=LinkSummary(unknown=(unknown,))))
    assert not [name for name in ("heron", "osprey", "condor") if name in str(hidden)]
    assert hidden.checks[0].help == 'file-2:3: entity="x"'
    assert hidden.links.unknown[0].reason == (
        "`expression-1` is known only when the program runs (what name-1 returns)"
    )


def test_without_names_nothing_changes() -> None:
    row = CheckResult("host", "pass", "https://api.wandb.ai", "it answered")
    assert redact_diagnosis(Diagnosis((row,), (), ())).checks == (row,)


def test_the_prefix_of_a_registry_is_no_name_wherever_it_stands() -> None:
    names = (
        ("collection", "wandb-registry-model"),
        ("project", "wandb_registry-Golden Datasets"),
        ("collection", "wandb-registry-secret"),
        ("project", "wandb-registrysecret"),
    )
    row = CheckResult(
        "target-path", "fail", "wandb-registry-model", '"wandb_registry-Golden Datasets" is not "wandb-registry-"'
    )
    other = CheckResult("target-path", "fail", "wandb-registry-secret", "wandb-registrysecret/x")
    hidden = redact_diagnosis(Diagnosis((row, other), (), (), names=names)).checks
    assert hidden[0] == replace(row, message='"wandb_registry-registry-1" is not "wandb-registry-"')
    assert (hidden[1].subject, hidden[1].message) == ("wandb-registry-registry-2", "project-1/x")
