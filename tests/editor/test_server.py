"""The language server, asked by a real client over standard input and output."""

import asyncio
import json
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.io_ import run_async
from pygls.lsp.client import LanguageClient

from regilink_doctor.editor import documents
from regilink_doctor.editor.documents import Checker
from regilink_doctor.editor.server import make_server

TIMEOUT = 20
SOURCE = """import wandb
REGISTRY = "wandb_registry-model"
with wandb.init(entity="team-a", project="😀 p") as run:
    print("😀"); run.link_artifact(a, f"{REGISTRY}/churn"); run.link_artifact(a, "wandb-registry-model/zoo:v3")
"""


class Client(LanguageClient):
    """Keeps what the server publishes."""

    def __init__(self) -> None:
        super().__init__("tests", "1")
        self.published: dict[str, list[lsp.Diagnostic]] = {}
        self.changed = asyncio.Event()
        self.messages: list[str] = []
        self.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: self._keep(params))
        self.feature(lsp.WINDOW_SHOW_MESSAGE)(lambda params: self._keep_message(params))

    def _keep(self, params: lsp.PublishDiagnosticsParams) -> None:
        self.published[params.uri] = list(params.diagnostics)
        self.changed.set()

    def _keep_message(self, params: lsp.ShowMessageParams) -> None:
        self.messages.append(params.message)
        self.changed.set()

    async def codes(self, uri: str, expected: list[str]) -> list[lsp.Diagnostic]:
        """The diagnostics of a document, once their codes are these."""

        async def wait() -> list[lsp.Diagnostic]:
            while [str(item.code) for item in self.published.get(uri, [])] != expected or uri not in self.published:
                self.changed.clear()
                await self.changed.wait()
            return self.published[uri]

        try:
            return await asyncio.wait_for(wait(), TIMEOUT)
        except TimeoutError:
            raise AssertionError(f"{uri}: {self.published.get(uri)}") from None


@asynccontextmanager
async def session(folder: Path, encodings: list[str] | None = None, in_process: bool = True) -> AsyncIterator[Client]:
    """A client and its server: one of its own over standard input and output, or one in this process over a socket."""
    client = Client()
    server = make_server()
    connections: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        server.protocol.set_writer(writer)  # type: ignore[arg-type]
        await run_async(threading.Event(), reader, server.protocol, error_handler=server.report_server_error)

    listener = None
    if in_process:
        listener = await asyncio.start_server(serve, "127.0.0.1", 0)
        await client.start_tcp(*listener.sockets[0].getsockname())
    else:
        await client.start_io(sys.executable, "-m", "regilink_doctor", "server", cwd=str(folder))
    general = lsp.GeneralClientCapabilities(position_encodings=encodings)  # type: ignore[arg-type]
    capabilities = lsp.ClientCapabilities(general=general)
    await client.initialize_async(lsp.InitializeParams(capabilities=capabilities, root_uri=folder.as_uri()))
    client.initialized(lsp.InitializedParams())
    yield client
    await client.shutdown_async(None)
    if listener is None:
        client.exit(None)  # ends the process of the server
    else:
        listener.close()
        for connection in connections:
            connection.close()
    await client.stop()


def run(folder: Path, work: Callable[[Client], Awaitable[None]], **options: Any) -> None:
    async def main() -> None:
        async with session(folder, **options) as client:
            await work(client)

    asyncio.run(main())


def open_document(client: Client, path: Path, text: str) -> str:
    uri = path.as_uri()
    client.text_document_did_open(
        lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, lsp.LanguageKind.Python, 1, text))
    )
    return uri


def replace_all(client: Client, uri: str, version: int, text: str) -> None:
    document = lsp.VersionedTextDocumentIdentifier(version, uri)
    whole = lsp.TextDocumentContentChangeWholeDocument(text)
    client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [whole]))


def apply(text: str, edits: list[lsp.TextEdit]) -> str:
    """The text after edits whose positions count UTF-16 units, as an editor would do it."""
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda edit: (edit.range.start.line, edit.range.start.character), reverse=True):
        assert edit.range.start.line == edit.range.end.line
        line = lines[edit.range.start.line].encode("utf-16-le")
        start, end = edit.range.start.character * 2, edit.range.end.character * 2
        changed = line[:start] + edit.new_text.encode("utf-16-le") + line[end:]
        lines[edit.range.start.line] = changed.decode("utf-16-le")
    return "\n".join(lines)


def test_findings_follow_the_typing(tmp_path: Path) -> None:
    async def work(client: Client) -> None:
        uri = open_document(client, tmp_path / "train.py", SOURCE)
        first, second = await client.codes(uri, ["REG104", "REG107"])
        assert first.source == "regilink"
        assert first.severity == lsp.DiagnosticSeverity.Error
        assert first.message.splitlines()[-1] == 'help: write "wandb-registry-model/churn"'
        # The letter before it takes two units of UTF-16.
        line = SOURCE.split("\n")[3].encode("utf-16-le")
        shown = line[second.range.start.character * 2 : second.range.end.character * 2].decode("utf-16-le")
        assert shown == ":v3"
        replace_all(client, uri, 2, SOURCE.replace("wandb_", "wandb-").replace(":v3", ""))
        await client.codes(uri, [])
        document = lsp.TextDocumentIdentifier(uri)
        pulled = await client.text_document_diagnostic_async(lsp.DocumentDiagnosticParams(document))
        assert not pulled.items  # type: ignore[union-attr]
        client.text_document_did_close(lsp.DidCloseTextDocumentParams(document))
        await client.codes(uri, [])

    run(tmp_path, work, in_process=False)


def test_a_file_that_the_configuration_excludes_has_no_findings(tmp_path: Path) -> None:
    (tmp_path / "regilink.toml").write_text('exclude = ["made.py"]\n', encoding="utf-8")
    checker = Checker()
    codes = {
        name: [finding.code for finding in checker.check((tmp_path / name).as_uri(), SOURCE).findings]
        for name in ("train.py", "made.py")
    }
    assert codes == {"train.py": ["REG104", "REG107"], "made.py": []}


def test_fixes_and_suppressions_are_actions(tmp_path: Path) -> None:
    async def work(client: Client) -> None:
        uri = open_document(client, tmp_path / "train.py", SOURCE)
        found = await client.codes(uri, ["REG104", "REG107"])
        document = lsp.TextDocumentIdentifier(uri)
        asked = lsp.CodeActionParams(document, found[1].range, lsp.CodeActionContext(found))
        actions = await client.text_document_code_action_async(asked) or []
        by_title = {action.title: action for action in actions if isinstance(action, lsp.CodeAction)}

        def result(title: str) -> str:
            edit = next(action for name, action in by_title.items() if title in name).edit
            assert edit is not None
            assert edit.changes is not None
            return apply(SOURCE, list(edit.changes[uri]))

        assert 'wandb-registry-model/zoo")' in result("REG107: ")
        assert result("REG107: silence").splitlines()[3].endswith("  # regilink: ignore[REG107]")
        whole = result("fix all in this file")
        assert 'REGISTRY = "wandb-registry-model"' in whole
        assert ":v3" not in whole
        replace_all(client, uri, 2, whole)
        await client.codes(uri, [])

    run(tmp_path, work)


def test_a_path_is_explained_and_followed(tmp_path: Path) -> None:
    async def work(client: Client) -> None:
        uri = open_document(client, tmp_path / "train.py", SOURCE)
        await client.codes(uri, ["REG104", "REG107"])
        document = lsp.TextDocumentIdentifier(uri)
        hover = await client.text_document_hover_async(lsp.HoverParams(document, lsp.Position(1, 15)))
        assert hover is not None
        assert "wandb-registry-model/churn" in hover.contents.value  # type: ignore[union-attr]
        nothing = await client.text_document_hover_async(lsp.HoverParams(document, lsp.Position(0, 3)))
        assert nothing is None
        places = await client.text_document_definition_async(lsp.DefinitionParams(document, lsp.Position(3, 24)))
        assert places
        assert (places[0].uri, places[0].range.start.line) == (uri, 1)  # type: ignore[union-attr]

    run(tmp_path, work)


def test_names_of_the_catalog_and_the_configuration_are_completed(tmp_path: Path) -> None:
    (tmp_path / "regilink.toml").write_text(
        'teams = ["team-a"]\nregistries = { model = ["model"] }\n', encoding="utf-8"
    )
    catalog = {
        "version": 1,
        "organizations": [
            {
                "name": "Acme",
                "entity": "acme",
                "registries": [
                    {"name": "model", "collections": [{"name": "zoo", "type": "model", "aliases": ["best"]}]}
                ],
            }
        ],
    }
    (tmp_path / "regilink.catalog.json").write_text(json.dumps(catalog), encoding="utf-8")

    async def work(client: Client) -> None:
        async def complete(line: str) -> list[str]:
            uri = open_document(client, tmp_path / "train.py", f"import wandb\n{line}\n")
            at = lsp.Position(1, len(line))
            asked = lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), at)
            answer = await client.text_document_completion_async(asked)
            client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))
            return [item.label for item in answer]  # type: ignore[union-attr]

        assert await complete('run.link_artifact(a, "wandb-registry-m') == [
            "wandb-registry-model/",
            "wandb-registry-model/zoo",
            "wandb-registry-model/zoo:best",
        ]
        assert await complete('wandb.init(entity="') == ["team-a"]
        assert await complete('wandb.Artifact("x", type="') == ["model"]
        assert await complete("x = 1") == []

    run(tmp_path, work)


def test_a_changed_file_beside_it_counts(tmp_path: Path) -> None:
    (tmp_path / "regilink.toml").write_text('ignore = ["REG107"]\n', encoding="utf-8")

    async def work(client: Client) -> None:
        uri = open_document(client, tmp_path / "train.py", SOURCE)
        await client.codes(uri, ["REG104"])
        (tmp_path / "regilink.toml").write_text('ignore = ["REG104"]\n', encoding="utf-8")
        client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([]))
        await client.codes(uri, ["REG107"])
        (tmp_path / "regilink.toml").write_text("ignore = 1\n", encoding="utf-8")
        client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([]))
        await client.codes(uri, [])
        while not client.messages:
            client.changed.clear()
            await asyncio.wait_for(client.changed.wait(), TIMEOUT)
        assert "regilink.toml: ignore" in client.messages[0]

    run(tmp_path, work)


def test_cells_of_a_notebook(tmp_path: Path) -> None:
    cells = ["import wandb\nrun = wandb.init(entity='t')", 'run.link_artifact(a, "wandb-registry-model/zoo:v3")']
    uris = [f"vscode-notebook-cell:{tmp_path}/n.ipynb#c{number}" for number in range(2)]

    async def work(client: Client) -> None:
        notebook = lsp.NotebookDocument(
            (tmp_path / "n.ipynb").as_uri(),
            "jupyter-notebook",
            1,
            [lsp.NotebookCell(lsp.NotebookCellKind.Code, uri) for uri in uris],
        )
        documents = [
            lsp.TextDocumentItem(uri, lsp.LanguageKind.Python, 1, text) for uri, text in zip(uris, cells, strict=True)
        ]
        client.notebook_document_did_open(lsp.DidOpenNotebookDocumentParams(notebook, documents))
        (finding,) = await client.codes(uris[1], ["REG107"])
        assert finding.range.start.line == 0
        await client.codes(uris[0], [])

    run(tmp_path, work)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-32"])
def test_positions_count_as_the_editor_counts(encoding: str, tmp_path: Path) -> None:
    async def work(client: Client) -> None:
        uri = open_document(client, tmp_path / "train.py", SOURCE)
        _, second = await client.codes(uri, ["REG104", "REG107"])
        line = SOURCE.split("\n")[3]
        start, end = second.range.start.character, second.range.end.character
        shown = line[start:end] if encoding == "utf-32" else line.encode()[start:end].decode()
        assert shown == ":v3"

    run(tmp_path, work, encodings=[encoding])


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///c%3A/work/a%20b.py", "c:/work/a b.py"),
        ("file://wsl.localhost/Ubuntu/home/a.py", "//wsl.localhost/Ubuntu/home/a.py"),
        ("untitled:Untitled-1", "Untitled-1"),
    ],
)
def test_the_addresses_of_windows_are_paths(uri: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(documents.os, "name", "nt")
        found = documents.path_of(uri)
    assert found == path
