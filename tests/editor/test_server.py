"""The language server, asked by a real client over standard input and output."""

import asyncio
import gc
import io
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.io_ import run_async
from pygls.lsp.client import BaseLanguageClient, LanguageClient
from pygls.lsp.server import BaseLanguageServer
from pygls.protocol import default_converter
from tables import sample

from regilink_doctor.core.files import read_plain
from regilink_doctor.core.text import UNSAFE
from regilink_doctor.editor import documents
from regilink_doctor.editor.documents import Checker
from regilink_doctor.editor.server import make_server
from regilink_doctor.languages import load_translation

TIMEOUT = 20


@pytest.fixture(scope="module", autouse=True)
def one_converter() -> Iterator[None]:
    """A converter works out how each type of the protocol is written when it meets it: once for all of these tests."""
    converter = default_converter()
    with pytest.MonkeyPatch.context() as patch:
        for kind in (BaseLanguageServer, BaseLanguageClient):
            defaults = kind.__init__.__defaults__ or ()
            assert default_converter in defaults
            replaced = tuple((lambda: converter) if value is default_converter else value for value in defaults)
            patch.setattr(kind.__init__, "__defaults__", replaced)
        yield


SOURCE = """import wandb
REGISTRY = "wandb_registry-model"
with wandb.init(entity="team-a", project="😀 p") as run:
    print("😀"); run.link_artifact(a, f"{REGISTRY}/churn"); run.link_artifact(a, "wandb-registry-model/zoo:v3")
"""
PATHS = 'import wandb\nfrom names import P\nwandb.init(entity="t").link_artifact(a, P)\n'

CATALOG = {
    "version": 1,
    "organizations": [
        {
            "name": "Acme",
            "entity": "acme",
            "registries": [{"name": "model", "collections": [{"name": "zoo", "type": "model", "aliases": ["best"]}]}],
        }
    ],
}


class Client(LanguageClient):
    """Keeps what the server publishes."""

    def __init__(self) -> None:
        super().__init__("tests", "1")
        self.published: dict[str, list[lsp.Diagnostic]] = {}
        self.changed = asyncio.Event()
        self.messages: list[str] = []
        self.refreshed = 0
        self.registered: list[lsp.Registration] = []
        self.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: self._keep(params))
        self.feature(lsp.WINDOW_SHOW_MESSAGE)(lambda params: self._keep_message(params))
        self.feature(lsp.WORKSPACE_DIAGNOSTIC_REFRESH)(lambda params: self._count_refresh())
        self.feature(lsp.CLIENT_REGISTER_CAPABILITY)(lambda params: self._keep_registrations(params))

    def _keep(self, params: lsp.PublishDiagnosticsParams) -> None:
        self.published[params.uri] = list(params.diagnostics)
        self.changed.set()

    def _keep_message(self, params: lsp.ShowMessageParams) -> None:
        self.messages.append(params.message)
        self.changed.set()

    def _count_refresh(self) -> None:
        self.refreshed += 1
        self.changed.set()

    def _keep_registrations(self, params: lsp.RegistrationParams) -> None:
        self.registered += params.registrations
        self.changed.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something that the server sends."""
        while not holds():
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), TIMEOUT)

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
async def session(
    folder: Path,
    encodings: list[str] | None = None,
    in_process: bool = True,
    translate: Callable[[str], str] = str,
    **supported: Any,
) -> AsyncIterator[Client]:
    """A client and its server: one of its own over standard input and output, or one in this process over a socket."""
    client = Client()
    server = make_server(translate)
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
    capabilities = lsp.ClientCapabilities(general=general, **supported)
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


def test_a_code_leads_to_the_page_of_its_rule(tmp_path: Path) -> None:
    (tmp_path / "regilink.toml").write_text('docs-url = "https://docs.example.com/r/"\n', encoding="utf-8")

    async def work(client: Client) -> None:
        uri = open_document(client, tmp_path / "train.py", SOURCE)
        first, _ = await client.codes(uri, ["REG104", "REG107"])
        assert first.code_description == lsp.CodeDescription("https://docs.example.com/r/rules/REG104/")

    run(tmp_path, work)


def test_a_path_is_followed_into_another_file(tmp_path: Path) -> None:
    (tmp_path / "names.py").write_text('X = "😀"; P = "wandb-registry-m"\n', encoding="utf-8")

    async def work(client: Client) -> None:
        uri = open_document(client, tmp_path / "train.py", PATHS)
        await client.codes(uri, ["REG102"])
        asked = lsp.DefinitionParams(lsp.TextDocumentIdentifier(uri), lsp.Position(2, 40))
        (place,) = await client.text_document_definition_async(asked)  # type: ignore[union-attr,misc]
        assert place.uri == (tmp_path / "names.py").as_uri()
        assert place.range.start == lsp.Position(0, 15)  # the letter before it takes two units

    run(tmp_path, work)


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


def test_a_fix_that_is_not_safe_is_an_action_of_its_own(tmp_path: Path) -> None:
    """It says that it has to be reviewed, is not preferred, and is no part of fixing all."""
    (tmp_path / "regilink.toml").write_text('teams = ["team-a"]\n', encoding="utf-8")
    text = 'import wandb\nrun = wandb.init(project="p")\nrun.link_artifact(a, "wandb-registry-model/zoo")\n'

    async def work(client: Client) -> None:
        uri = open_document(client, tmp_path / "train.py", text)
        found = await client.codes(uri, ["REG201"])
        document = lsp.TextDocumentIdentifier(uri)
        asked = lsp.CodeActionParams(document, found[0].range, lsp.CodeActionContext(found))
        actions = await client.text_document_code_action_async(asked) or []
        by_title = {action.title: action for action in actions if isinstance(action, lsp.CodeAction)}
        fix = by_title.pop('REG201: add entity="team-a" (review it)')
        assert list(by_title) == ["REG201: silence it on this line"]
        assert fix.kind == lsp.CodeActionKind.QuickFix
        assert fix.is_preferred is False
        assert fix.edit is not None
        assert fix.edit.changes is not None
        fixed = apply(text, list(fix.edit.changes[uri]))
        assert 'wandb.init(entity="team-a", project="p")' in fixed
        replace_all(client, uri, 2, fixed)
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


def test_a_hover_says_what_the_catalog_knows(tmp_path: Path) -> None:
    text = 'import wandb\nrun = wandb.init(entity="t")\n'
    text += "".join(
        f'run.link_artifact(a, "wandb-registry-{path}")\n' for path in ("model/zoo", "model/zo", "mdel/zoo")
    )
    text += 'run.use_artifact("wandb-registry-model/zo")\n'

    async def hover(client: Client, catalog: dict[str, object] | None) -> list[str]:
        if catalog is not None:
            (tmp_path / "regilink.catalog.json").write_text(json.dumps(catalog), encoding="utf-8")
        uri = open_document(client, tmp_path / "train.py", text)
        document = lsp.TextDocumentIdentifier(uri)
        answers = [
            await client.text_document_hover_async(lsp.HoverParams(document, lsp.Position(line, 30)))
            for line in (2, 3, 4, 5)
        ]
        client.text_document_did_close(lsp.DidCloseTextDocumentParams(document))
        return [answer.contents.value for answer in answers if answer is not None]  # type: ignore[union-attr]

    async def work(client: Client) -> None:
        without = await hover(client, None)
        assert not any("What is wrong" in words for words in without)
        client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([]))
        known = await hover(client, CATALOG)
        registry = 'In the catalog:\n  registry "model" of "Acme", which takes every type\n'
        assert f'{registry}  collection "zoo" of the type "model", with the aliases "best"\n' in known[0]
        assert f'{registry}  no collection "zo": a first link makes it\n' in known[1]
        assert "In the catalog" not in known[2]
        assert f'{registry}  no collection "zo": nothing can be read from it\n' in known[3]
        assert 'REG301: no registry "mdel" is known' in known[2]
        assert 'did you mean "wandb-registry-model/zoo"?' in known[2]

    run(tmp_path, work)


def test_messages_actions_and_hovers_are_in_the_language_of_the_reader(tmp_path: Path) -> None:
    (tmp_path / "regilink.catalog.json").write_text(json.dumps(CATALOG), encoding="utf-8")

    async def work(client: Client) -> None:
        uri = open_document(
            client, tmp_path / "train.py", 'import wandb\nrun.link_artifact(a, "wandb-registry-model/z:v1")\n'
        )
        await client.codes(uri, ["REG107"])
        (diagnostic,) = client.published[uri]
        assert "備考: SDK" in diagnostic.message
        document = lsp.TextDocumentIdentifier(uri)
        context = lsp.CodeActionContext(client.published[uri])
        actions = await client.text_document_code_action_async(
            lsp.CodeActionParams(document, diagnostic.range, context)
        )
        assert [action.title for action in actions or ()] == [
            "REG107: 削除してください",
            "REG107: この行では報告しない",
            "regilink: このファイルの問題をすべて修正",
        ]
        hover = await client.text_document_hover_async(lsp.HoverParams(document, lsp.Position(1, 30)))
        assert hover is not None
        assert 'コレクション "z" はまだありません' in hover.contents.value  # type: ignore[union-attr]

    run(tmp_path, work, translate=load_translation("ja", "messages", "failures"))


def test_names_of_the_catalog_and_the_configuration_are_completed(tmp_path: Path) -> None:
    (tmp_path / "regilink.toml").write_text(
        'teams = ["team-a"]\nregistries = { model = ["model"] }\n', encoding="utf-8"
    )
    (tmp_path / "regilink.catalog.json").write_text(json.dumps(CATALOG), encoding="utf-8")

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
        await client.until(lambda: bool(client.messages))
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


def test_the_findings_of_an_editor_that_asks_are_not_sent_as_well(tmp_path: Path) -> None:
    text_document = lsp.TextDocumentClientCapabilities(diagnostic=lsp.DiagnosticClientCapabilities())
    workspace = lsp.WorkspaceClientCapabilities(
        diagnostics=lsp.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    )

    async def work(client: Client) -> None:
        uri = open_document(client, tmp_path / "train.py", SOURCE)

        async def pull() -> list[str]:
            asked = lsp.DocumentDiagnosticParams(lsp.TextDocumentIdentifier(uri))
            report = await client.text_document_diagnostic_async(asked)
            return [str(item.code) for item in report.items]  # type: ignore[union-attr]

        assert await pull() == ["REG104", "REG107"]
        replace_all(client, uri, 2, SOURCE.replace(":v3", ""))
        assert await pull() == ["REG104"]
        (tmp_path / "regilink.toml").write_text('ignore = ["REG104"]\n', encoding="utf-8")
        client.workspace_did_change_watched_files(
            lsp.DidChangeWatchedFilesParams([change_of(tmp_path / "regilink.toml")])
        )
        await client.until(lambda: client.refreshed == 1)
        assert await pull() == []
        assert not client.published

    run(tmp_path, work, text_document=text_document, workspace=workspace)


def test_the_editor_is_asked_to_watch_files_if_it_waits_for_that(tmp_path: Path) -> None:
    watching = lsp.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)

    async def work(client: Client) -> None:
        await client.until(lambda: bool(client.registered))
        (registration,) = client.registered
        assert registration.method == lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES
        patterns = [watcher["globPattern"] for watcher in to_plain(registration.register_options)["watchers"]]
        assert "**/.env*" in patterns

    run(tmp_path, work, workspace=lsp.WorkspaceClientCapabilities(did_change_watched_files=watching))


def change_of(path: Path) -> lsp.FileEvent:
    return lsp.FileEvent(path.as_uri(), lsp.FileChangeType.Changed)


def to_plain(value: Any) -> Any:
    """What was sent, as JSON has it."""
    from lsprotocol.converters import get_converter

    return value if isinstance(value, dict) else get_converter().unstructure(value)


def test_saving_a_file_checks_the_documents_that_use_it(tmp_path: Path) -> None:
    names = tmp_path / "names.py"
    names.write_text('P = "wandb-registry-m/zoo"\n', encoding="utf-8")

    async def work(client: Client) -> None:
        uri = open_document(client, tmp_path / "train.py", PATHS)
        await client.codes(uri, [])
        names.write_text('P = "wandb-registry-m"\n', encoding="utf-8")
        client.text_document_did_save(lsp.DidSaveTextDocumentParams(lsp.TextDocumentIdentifier(names.as_uri())))
        await client.codes(uri, ["REG102"])
        # Changed by another program, and not reported: noticed when any file is saved.
        names.write_text('P = "wandb-registry-m/a/b"\n', encoding="utf-8")
        client.text_document_did_save(lsp.DidSaveTextDocumentParams(lsp.TextDocumentIdentifier(uri)))
        await client.codes(uri, ["REG103"])
        names.unlink()
        client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([change_of(names)]))
        await client.codes(uri, [])

    run(tmp_path, work)


def test_what_a_saved_file_has_nothing_to_do_with_is_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("names", "other"):
        (tmp_path / f"{name}.py").write_text('P = "wandb-registry-m"\n', encoding="utf-8")
    checker = Checker()
    uri = (tmp_path / "train.py").as_uri()
    assert [finding.code for finding in checker.check(uri, PATHS).findings] == ["REG102"]
    looked_at: list[str] = []
    read = read_plain

    def note(path: str, limit: int) -> bytes | None:
        looked_at.append(os.path.basename(path))
        return read(path, limit)

    monkeypatch.setattr("regilink_doctor.lint.text.memory.read_plain", note)
    (tmp_path / "other.py").write_text("P = 1\n", encoding="utf-8")
    checker.forget([str(tmp_path / "other.py")])
    assert [finding.code for finding in checker.check(uri, PATHS + "\n").findings] == ["REG102"]
    assert "names.py" not in looked_at
    checker.forget([str(tmp_path / "names.py")])
    assert [finding.code for finding in checker.check(uri, PATHS).findings] == ["REG102"]
    assert "names.py" in looked_at


@pytest.mark.parametrize("seed", sample(range(4), one_in=4))
def test_typing_gives_what_a_fresh_check_gives(seed: int, tmp_path: Path) -> None:
    """The statements that an edit leaves alone are not parsed again: nobody can tell."""
    (tmp_path / "names.py").write_text('P = "wandb-registry-m"\n', encoding="utf-8")
    text = PATHS + SOURCE.split("\n", 1)[1] + 'def f(x):\n    return [\n        x,\n    ]\n\nf("""\n""")\n'
    uri = (tmp_path / "train.py").as_uri()
    typing, choice = Checker(), random.Random(seed)
    for _ in range(60):
        start = choice.randrange(len(text))
        typed = text[:start] + choice.choice(["x", '"', "(", "#", " ", "\\", "/", "\n", "é", ":v3", ""]) + text[start:]
        assert typing.check(uri, typed) == Checker().check(uri, typed), typed
        text = typed if choice.random() < 0.1 else text


@pytest.mark.slow
def test_memory_stays_within_bounds(tmp_path: Path) -> None:
    """What is kept after many edits and saves is what is kept after a few."""
    gc.freeze()  # what lives already is not counted
    (tmp_path / "names.py").write_text('P = "wandb-registry-m"\n', encoding="utf-8")
    checker = Checker()
    uri = (tmp_path / "train.py").as_uri()

    def type_letters(count: int) -> int:
        for number in range(count):
            checker.check(uri, PATHS + "#" * (number % 7))
            if number % 10 == 0:
                checker.forget([str(tmp_path / "names.py")])
        gc.collect()
        return len(gc.get_objects())

    type_letters(30)
    before = type_letters(30)
    assert type_letters(120) < before + 200


@pytest.mark.slow
def test_a_server_that_an_editor_ends_says_nothing(tmp_path: Path) -> None:
    calls: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}},
        {"id": 2, "method": "shutdown"},
        {"method": "exit"},
    ]
    bodies = [json.dumps({"jsonrpc": "2.0", **call}).encode() for call in calls]
    done = subprocess.run(
        [sys.executable, "-m", "regilink_doctor", "server"],
        input=b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies),
        capture_output=True,
        cwd=tmp_path,
        timeout=TIMEOUT,
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.slow
def test_nothing_is_kept_of_messages_that_were_answered(tmp_path: Path) -> None:
    """Objects of every kind: what pygls keeps of a notification counts as well."""
    gc.freeze()  # what lives already is not counted
    server = make_server()
    protocol = server.protocol
    protocol.set_writer(io.BytesIO())
    uri = (tmp_path / "train.py").as_uri()

    def send(method: str, params: dict[str, object], **more: object) -> None:
        protocol.handle_message(
            protocol.structure_message({"jsonrpc": "2.0", "method": method, "params": params} | more)
        )

    def type_letters(versions: range) -> int:
        for version in versions:
            document = {"uri": uri, "version": version}
            changes = [{"text": SOURCE + "#" * (version % 3)}]
            send("textDocument/didChange", {"textDocument": document, "contentChanges": changes})
        gc.collect()
        return len(gc.get_objects())

    async def main() -> None:
        send("initialize", {"capabilities": {}, "rootUri": tmp_path.as_uri(), "processId": None}, id=1)
        document = {"uri": uri, "languageId": "python", "version": 1, "text": SOURCE}
        send("textDocument/didOpen", {"textDocument": document})
        before = type_letters(range(2, 30))
        assert type_letters(range(30, 130)) < before + 100

    asyncio.run(main())


def test_what_the_editor_shows_has_no_key_and_no_control_character(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, written, odd = "a1b2c3d4e5" * 4, "b2c3d4e5f6" * 4, "\x1b[2J\u202e\u2028\x9b"
    monkeypatch.setenv("WANDB_API_KEY", own)
    collection = {"name": f"zoo{odd}", "type": odd, "aliases": [f"https://u:{written}@h/{odd}"]}
    registry = {"name": "model", "types": [odd], "collections": [collection, {"name": "zoo", "type": "model"}]}
    organization = {"name": f"Acme{odd}", "entity": own, "registries": [registry]}
    catalog = json.dumps({"version": 1, "organizations": [organization]})
    (tmp_path / "c.json").write_text(catalog, encoding="utf-8")
    lines = [
        f'wandb.login(key="{written}")',
        f'run.link_artifact(a, "https://u:{written}@wandb.ai/registry/model/zoo?apiKey={written}")',
        f'run.link_artifact(a, "wandb_registry-model/{odd.encode("unicode_escape").decode()}")',
        f'run.link_artifact(a, "wandb_registry-model/{own}")',
        'run.link_artifact(a, "wandb-registry-model/zooo")',
    ]
    text = "\n".join(["import wandb", 'run = wandb.init(entity="t")', *lines, ""])
    shown: list[str] = []

    async def work(client: Client) -> None:
        uri = open_document(client, tmp_path / "train.py", text)
        await client.until(lambda: uri in client.published)
        shown.extend(item.message for item in client.published[uri])
        for number, line in enumerate(text.split("\n")):
            place = lsp.Position(number, min(len(line), 30))
            document = lsp.TextDocumentIdentifier(uri)
            hover = await client.text_document_hover_async(lsp.HoverParams(document, place))
            shown.extend([hover.contents.value] if hover else [])  # type: ignore[union-attr]
            whole = lsp.Range(lsp.Position(number, 0), lsp.Position(number, len(line)))
            actions = await client.text_document_code_action_async(
                lsp.CodeActionParams(document, whole, lsp.CodeActionContext([]))
            )
            shown.extend(action.title for action in actions or [])
            # The last line is empty, and the place is beyond the end of some.
            place = lsp.Position(number, 30)
            items = await client.text_document_completion_async(lsp.CompletionParams(document, place))
            shown.extend(item.label for item in items or [])  # type: ignore[union-attr]
        shown.extend(client.messages)

    for config in ('catalog = "c.json"', f'catalog = "http://u:{written}@h/c.json"', f'"{own}" = 1'):
        (tmp_path / "regilink.toml").write_text(config + "\n", encoding="utf-8")
        run(tmp_path, work)
    everything = "\n".join(shown)
    assert len(shown) > 20
    assert "[key]" in everything
    assert own not in everything
    assert not UNSAFE.intersection(everything)
    assert f"u:{written}" not in everything
    assert f"apiKey={written}" not in everything
