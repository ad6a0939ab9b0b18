"""A list that a server gives page by page: it is whole, or the command says that it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from regilink_doctor.client import inventory
from regilink_doctor.client.connection_errors import ServerConnectionError
from regilink_doctor.client.gateway import Answer, Gateway
from regilink_doctor.core.findings import Message
from regilink_doctor.rules.connection import connection_message


def message_of(fault: ServerConnectionError) -> Message:
    return connection_message(fault.problem)


Pages = Callable[[], Iterator[dict[str, Any]]]


def page(names: list[str], has_next: object = False, cursor: object = None) -> dict[str, Any]:
    nodes = [
        {"node": {"name": name, "type": {"name": "model"}, "project": {"name": "wandb-registry-model"}}}
        for name in names
    ]
    listed = {"totalCount": 3, "pageInfo": {"hasNextPage": has_next, "endCursor": cursor}, "edges": nodes}
    return {"organization": {"orgEntity": {"listed": listed}}}


def collected(pages: Iterator[dict[str, Any]], patch: pytest.MonkeyPatch) -> list[str]:
    patch.setattr(Gateway, "_bounded", lambda *_: Answer(next(pages), ()))
    found = inventory.list_pages(Gateway("http://127.0.0.1:9", None), inventory.collections_page, "Acme Inc")
    return [node["name"] for each in found for node in each.nodes]


def test_every_page_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = iter([page(["a"], True, "1"), page([], True, "2"), page(["b"], False, "3")])
    assert collected(pages, monkeypatch) == ["a", "b"]


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        (lambda: iter([page(["a"], True, None)]), "the next one is not a new one"),
        (lambda: iter([page(["a"], True, "")]), "the next one is not a new one"),
        (lambda: iter([page(["a"], True, "1"), page(["a"], True, "1")]), "the next one is not a new one"),
        (lambda: (page(["a"], True, str(number % 2)) for number in count()), "the next one is not a new one"),
        (lambda: (page([], True, str(number)) for number in count()), "the next one is not a new one"),
        (lambda: (page([str(number)], True, str(number)) for number in count()), "more than 50 pages"),
        (lambda: iter([page(["a"], None, "1")]), "`organization.orgEntity.artifactCollections.pageInfo.hasNextPage`"),
        (lambda: iter([page(["a"], "true", "1")]), "is a string, not true or false"),
        (lambda: iter([page(["a"], True, 7)]), "is a number, not a string"),
        (lambda: iter([page(["a"] * 501)]), "has 501 entries where 500 were asked for"),
    ],
)
def test_a_list_that_does_not_end_is_said(pages: Pages, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory, "MAX_PAGES", 50)
    with pytest.raises(ServerConnectionError) as caught:
        collected(pages(), monkeypatch)
    assert "answers, but not as W&B does" in message_of(caught.value).text
    assert words in message_of(caught.value).text
