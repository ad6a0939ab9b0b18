"""What has changed on the server, in words."""

from __future__ import annotations

from dataclasses import replace

from tables import check_rows

from regilink_doctor.core.catalog import Catalog, Collection, Organization, Registry

ZOO = Collection("zoo", "model", ("latest", "production"), 3)
MODEL = Registry("model", types=("model",), collections=(ZOO,))
ACME = Organization("Acme Inc", "acme", ("team-a",), (MODEL, Registry("dataset", types=("dataset",))))
CATALOG = Catalog((ACME,), host="https://api.wandb.ai", complete=True, features=("A",))


def words(newer: Catalog, older: Catalog = CATALOG) -> list[str]:
    return [("! " if change.breaks else "") + str(change) for change in older.diff(newer)]


def with_registry(**changes: object) -> Catalog:
    return with_organization(registries=(replace(MODEL, **changes), ACME.registries[1]))


def with_organization(**changes: object) -> Catalog:
    return replace(CATALOG, organizations=(replace(ACME, **changes),))


def with_collection(**changes: object) -> Catalog:
    return with_registry(collections=(replace(ZOO, **changes),))


CASES = {
    "another host": (
        replace(CATALOG, host="https://w.acme.com"),
        ["! the host is https://w.acme.com, it was https://api.wandb.ai"],
    ),
    "less is seen": (
        replace(CATALOG, complete=False),
        ["the catalog may lack what its account is not shown"],
    ),
    "a feature": (replace(CATALOG, features=("A", "B")), ['server feature "B" is there now']),
    "no organization": (
        replace(CATALOG, organizations=()),
        [
            '! team "team-a" is gone, or no longer shown to the account that asked',
            '! organization "acme" is gone, or no longer shown to the account that asked',
        ],
    ),
    "display name": (
        with_organization(name="Acme SE"),
        ['! organization "acme" is called "Acme SE" now, no longer "Acme Inc"'],
    ),
    "new team": (with_organization(teams=("team-a", "team-b")), ['team "team-b" is new in "Acme Inc"']),
    "registry gone": (
        with_organization(registries=(MODEL,)),
        ['! registry "dataset" is gone, or no longer shown to the account that asked'],
    ),
    "registry new": (
        with_organization(registries=(*ACME.registries, Registry("prod"))),
        ['registry "prod" is new'],
    ),
    "registry renamed": (
        with_registry(name="models"),
        ['! registry "model" is gone; "models" has its types and collections now'],
    ),
    "type added": (with_registry(types=("model", "onnx")), ['registry "model" now also accepts the type "onnx"']),
    "type gone": (with_registry(types=()), ['! registry "model" no longer accepts the type "model"']),
    "every type": (with_registry(types=None), ['registry "model" now accepts every type of artifact']),
    "restricted": (with_registry(visibility="restricted"), ['! registry "model" is restricted to its members now']),
    "described": (with_registry(description="{x}"), ['registry "model" has another description']),
    "protected": (with_registry(protected_aliases=("p",)), ['! registry "model": alias "p" is protected now']),
    "collections not asked": (with_registry(collections=None), []),
    "collection gone": (with_registry(collections=()), ['! registry "model": collection "zoo" is gone']),
    "collection new": (
        with_registry(collections=(ZOO, Collection("ark", "model"))),
        ['registry "model": collection "ark" is new'],
    ),
    "collection of another type": (
        with_collection(type="onnx"),
        ['! registry "model": collection "zoo" holds artifacts of the type "onnx" now, no longer "model"'],
    ),
    "alias gone": (
        with_collection(aliases=("latest",)),
        ['! registry "model": collection "zoo": alias "production" is gone'],
    ),
    "version": (with_collection(versions=4), ['registry "model": collection "zoo" has 4 versions now, it had 3']),
}


@check_rows("name", CASES)
def test_a_change_is_said(name: str) -> None:
    newer, expected = CASES[name]
    assert words(newer) == expected


def test_a_team_that_moved_is_no_new_team() -> None:
    beta = Organization("Beta", "beta", (), ())
    older = replace(CATALOG, organizations=(ACME, beta))
    newer = replace(CATALOG, organizations=(replace(ACME, teams=()), replace(beta, teams=("team-a",))))
    assert words(newer, older) == ['! team "team-a" belongs to "Beta" now, no longer to "Acme Inc"']


def test_types_that_are_narrowed_break() -> None:
    assert words(CATALOG, with_registry(types=None)) == [
        '! registry "model" now accepts only "model", and accepted every type before'
    ]
    older = with_registry(types=None, types_seen=("model",))
    assert words(with_registry(types=None, types_seen=("model", "onnx")), older) == [
        'registry "model": artifacts of the type "onnx" are there now'
    ]


def test_the_same_is_no_change_whatever_the_order() -> None:
    shuffled = with_organization(registries=tuple(reversed(ACME.registries)))
    assert words(shuffled) == []
    assert words(Catalog.from_json(CATALOG.to_json())) == []
    braces = with_registry(name="{0}", types=None)
    assert words(with_organization(registries=()), braces)[0].startswith('! registry "dataset"')


def test_what_one_of_the_two_has_not_asked_for_is_not_compared() -> None:
    names_only = with_collection(aliases=(), versions=0)
    assert (CATALOG.depth, names_only.depth, with_registry(collections=None).depth) == ("full", "names", "none")
    assert words(names_only) == []
    assert words(replace(CATALOG, features=())) == []
