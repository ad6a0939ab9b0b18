"""Mocks of HTTP beside the fixture: what they would answer for the emulator goes to the emulator.

Up to wandb 0.27 the SDK asks with `requests`, and a mock that knows no answer would be asked again and again.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWERS_FOR_EMULATOR = "regilink_answers"
"""Set on a `RequestsMock` that answers for the emulator itself."""

_patched: list[tuple[Any, str, Any]] = []


def let_through(url: str) -> None:
    """Let `responses` and `requests_mock`, where they are loaded, pass requests to `url` on, until `restore_mocks`."""
    if (responses := sys.modules.get("responses")) is not None:
        _patch_method(responses.RequestsMock, "_on_request", _pass_responses, url)
    if (adapter := sys.modules.get("requests_mock.adapter")) is not None:
        _patch_method(adapter.Adapter, "send", _pass_requests_mock(adapter), url)


def restore_mocks() -> None:
    """Let the mocks be as before."""
    while _patched:
        owner, name, original = _patched.pop()
        setattr(owner, name, original)


def _patch_method(owner: Any, name: str, wrap: Callable[[Any, str], Any], url: str) -> None:
    original = getattr(owner, name)
    setattr(owner, name, wrap(original, url))
    _patched.append((owner, name, original))


def _pass_responses(original: Any, url: str) -> Any:
    def on_request(self: Any, adapter: Any, request: Any, **kwargs: Any) -> Any:
        if _goes_to(request, url) and not getattr(self, ANSWERS_FOR_EMULATOR, False):
            kwargs.pop("retries", None)
            # Old versions of responses keep it in the module alone.
            real_send = getattr(self, "_real_send", sys.modules["responses"]._real_send)
            return real_send(adapter, request, **kwargs)
        return original(self, adapter, request, **kwargs)

    return on_request


def _pass_requests_mock(module: Any) -> Callable[[Any, str], Any]:
    def wrap_method(original: Any, url: str) -> Any:
        def send_request(self: Any, request: Any, **kwargs: Any) -> Any:
            if _goes_to(request, url):
                raise module._RunRealHTTP
            return original(self, request, **kwargs)

        return send_request

    return wrap_method


def _goes_to(request: Any, url: str) -> bool:
    return f"{request.url}/".startswith(f"{url}/")
