"""Mocks of other services beside the fixture: they answer for their own addresses, and W&B is the emulator."""

import httpx
import pytest
import requests
import responses
import respx
from zoo import train

URL = "https://labels.example.org/"


def check(regilink):
    train.main(epochs=1)
    train.load()
    regilink.assert_linked("wandb-registry-model/zoo", exact=True)
    regilink.assert_consumed("wandb-registry-model/zoo:candidate", how="use")


@responses.activate
def test_responses(regilink):
    responses.get(URL, body="mocked")
    assert requests.get(URL).text == "mocked"
    check(regilink)


@respx.mock
def test_respx(regilink):
    respx.get(URL).respond(text="mocked")
    assert httpx.get(URL).text == "mocked"
    check(regilink)


@pytest.fixture
def a_mock(request):
    """The mock that the parameter names, before or after the server: see the arguments of the tests."""
    mock = request.getfixturevalue(request.param)
    if request.param == "httpx_mock":
        mock.add_response(url=URL, text="mocked")
    else:
        mock.get(URL, text="mocked")
    return requests if request.param == "requests_mock" else httpx


@pytest.mark.parametrize("a_mock", ["requests_mock", "httpx_mock"], indirect=True)
def test_a_mock_that_begins_first(a_mock, regilink):
    assert a_mock.get(URL).text == "mocked"
    check(regilink)


@pytest.mark.parametrize("a_mock", ["requests_mock", "httpx_mock"], indirect=True)
def test_a_mock_that_begins_later(regilink, a_mock):
    assert a_mock.get(URL).text == "mocked"
    check(regilink)
