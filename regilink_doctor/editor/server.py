"""`regilink server`: the language server, over standard input and output (extra `lsp`)."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from regilink_doctor import __version__
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.phrases import say
from regilink_doctor.core.text import clean_message, fence_text, remember_environment
from regilink_doctor.editor.documents import Checked, Checker, find_part, find_site, path_of
from regilink_doctor.lint.scan.kinds import KINDS
from regilink_doctor.workflows.explain import explain_site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from regilink_doctor.core.findings import Finding, Severity, Span

_SEVERITIES: dict[Severity, lsp.DiagnosticSeverity] = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "info": lsp.DiagnosticSeverity.Information,
}
_CELLS = lsp.NotebookDocumentFilterWithNotebook(
    notebook="jupyter-notebook", cells=[lsp.NotebookCellLanguage(language="python")]
)
_WATCHED = (
    f"**/*{{{','.join(suffix for kind in KINDS for suffix in kind.suffixes)},.gin}}",
    f"**/{{{','.join(name for kind in KINDS for name in kind.names)},MLproject}}",
    "**/.env*",
    "**/Dockerfile.*",
)
FIX_ALL = f"{lsp.CodeActionKind.SourceFixAll.value}.regilink"


def make_server(translate: Callable[[str], str] = str) -> LanguageServer:
    """A server with every feature; `start_io` runs it. `translate` shows a string in the reader's language."""
    remember_environment(os.environ)
    server = LanguageServer(
        "regilink",
        __version__,
        text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental,
        notebook_document_sync=lsp.NotebookDocumentSyncOptions(notebook_selector=[_CELLS]),
    )
    _Features(server, translate).register()
    return server


class _Features:
    """What the server answers. Positions of the editor count from 0 in its own units, those of regilink from 1."""

    def __init__(self, server: LanguageServer, translate: Callable[[str], str]) -> None:
        self._server = server
        self._translate = translate
        self._checker = Checker()
        self._reported: str | None = None

    def register(self) -> None:
        """Bind each message to its answer. A lambda for each: pygls writes attributes, which methods do not take."""
        feature = self._server.feature
        for name in (lsp.TEXT_DOCUMENT_DID_OPEN, lsp.TEXT_DOCUMENT_DID_CHANGE):
            feature(name)(lambda params: self._publish(params.text_document.uri))
        feature(lsp.INITIALIZED)(lambda params: self._watch_files())
        feature(lsp.TEXT_DOCUMENT_DID_SAVE)(lambda params: self._refresh([params.text_document.uri]))
        feature(lsp.TEXT_DOCUMENT_DID_CLOSE)(lambda params: self._close(params.text_document.uri))
        for name in (lsp.NOTEBOOK_DOCUMENT_DID_OPEN, lsp.NOTEBOOK_DOCUMENT_DID_CHANGE):
            feature(name)(lambda params: self._publish_notebook(params.notebook_document.uri))
        feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)(
            lambda params: self._refresh([change.uri for change in params.changes])
        )
        feature(
            lsp.TEXT_DOCUMENT_DIAGNOSTIC,
            lsp.DiagnosticOptions(identifier="regilink", inter_file_dependencies=True, workspace_diagnostics=False),
        )(lambda params: self._pull(params))
        kinds = [lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.SourceFixAll]
        feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=kinds))(
            lambda params: self._list_actions(params)
        )
        feature(lsp.TEXT_DOCUMENT_HOVER)(lambda params: self._hover(params))
        feature(lsp.TEXT_DOCUMENT_DEFINITION)(lambda params: self._define(params))
        feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=["/", '"', "'", "-", ":"]))(
            lambda params: self._complete(params)
        )

    def _check(self, uri: str) -> Checked:
        """What is found in a document, in one cell for a cell of a notebook."""
        workspace = self._server.workspace
        notebook = workspace.get_notebook_document(cell_uri=uri)
        if notebook is None:
            return self._checker.check(uri, workspace.get_text_document(uri).source)
        cells = [
            (cell.kind == lsp.NotebookCellKind.Code, workspace.get_text_document(cell.document).source)
            for cell in notebook.cells
        ]
        number = next(number for number, cell in enumerate(notebook.cells, 1) if cell.document == uri)
        return self._checker.check_notebook(notebook.uri, cells).of_cell(number)

    def _watch_files(self) -> None:
        """Ask the editor to report changes of files that may set a value or a rule, if it waits to be asked."""
        workspace = self._server.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace else None
        if watching is None or not watching.dynamic_registration:
            return
        watchers = [lsp.FileSystemWatcher(pattern) for pattern in _WATCHED]
        registration = lsp.Registration(
            "regilink-files",
            lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES,
            lsp.DidChangeWatchedFilesRegistrationOptions(watchers),
        )
        self._server.client_register_capability(lsp.RegistrationParams([registration]))

    def _is_asked(self) -> bool:
        """Whether the editor asks for the findings of a document: it would show those that are sent a second time."""
        document = self._server.client_capabilities.text_document
        return document is not None and document.diagnostic is not None

    def _drop_answered(self) -> None:
        """Forget what has been answered: pygls keeps 2 KB of each notification as long as the server runs."""
        futures = getattr(self._server.protocol, "_request_futures", {})
        for number in [number for number, future in futures.items() if future.done()]:
            del futures[number]

    def _publish(self, uri: str) -> None:
        self._drop_answered()
        diagnostics = self._diagnose(uri)
        if not self._is_asked():
            self._server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, diagnostics))
        if self._checker.problem not in (None, self._reported):
            self._reported = self._checker.problem
            message = lsp.ShowMessageParams(lsp.MessageType.Error, clean_message(f"regilink: {self._reported}"))
            self._server.window_show_message(message)

    def _publish_notebook(self, uri: str) -> None:
        notebook = self._server.workspace.get_notebook_document(notebook_uri=uri)
        for cell in notebook.cells if notebook is not None else ():
            if cell.kind == lsp.NotebookCellKind.Code:
                self._publish(cell.document)

    def _refresh(self, uris: Sequence[str]) -> None:
        """Files have changed, which may set a value or a rule: the open documents that use them are checked anew."""
        self._checker.forget([path_of(uri) for uri in uris])
        for uri in self._server.workspace.text_documents:
            self._publish(uri)
        workspace = self._server.client_capabilities.workspace
        if self._is_asked() and workspace and workspace.diagnostics and workspace.diagnostics.refresh_support:
            self._server.workspace_diagnostic_refresh(None)
        gc.collect()  # imported modules that were forgotten have cycles

    def _close(self, uri: str) -> None:
        self._checker.close(uri)
        if not self._is_asked():
            self._server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))

    def _pull(self, params: lsp.DocumentDiagnosticParams) -> lsp.RelatedFullDocumentDiagnosticReport:
        return lsp.RelatedFullDocumentDiagnosticReport(items=self._diagnose(params.text_document.uri))

    def _diagnose(self, uri: str) -> list[lsp.Diagnostic]:
        return [
            lsp.Diagnostic(
                self._to_range(uri, finding.place.span),
                clean_message("\n".join(self._describe(finding))),
                severity=_SEVERITIES[finding.severity],
                code=finding.code,
                code_description=lsp.CodeDescription(finding.url) if finding.url else None,
                source="regilink",
            )
            for finding in self._check(uri).findings
        ]

    def _describe(self, finding: Finding) -> Iterator[str]:
        """The lines of a finding's message."""
        yield self._translate(finding.message)
        if finding.note:
            yield f"{self._translate('note')}: {self._translate(finding.note)}"
        if finding.help:
            yield f"{self._translate('help')}: {self._translate(finding.help)}"

    def _list_actions(self, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        uri = params.text_document.uri
        findings = self._check(uri).findings
        lines = range(params.range.start.line, params.range.end.line + 1)
        actions: list[lsp.CodeAction] = []
        for finding in findings:
            here = self._to_range(uri, finding.place.span)
            if here.start.line in lines or here.end.line in lines:
                actions += self._actions_for(uri, finding)
        edits = [
            edit
            for finding in findings
            if finding.fix and finding.fix.applicability == "safe"
            for edit in self._edits_of(uri, finding)
        ]
        if edits:
            change = lsp.WorkspaceEdit(changes={uri: _without_overlap(edits)})
            actions.append(lsp.CodeAction(self._translate("regilink: fix all in this file"), kind=FIX_ALL, edit=change))
        return actions

    def _actions_for(self, uri: str, finding: Finding) -> Iterator[lsp.CodeAction]:
        if finding.fix:
            is_safe = finding.fix.applicability == "safe"
            title = finding.fix.message if is_safe else say("{fix} (review it)", fix=finding.fix.message)
            yield lsp.CodeAction(
                clean_message(f"{finding.code}: {self._translate(title)}"),
                kind=lsp.CodeActionKind.QuickFix,
                edit=lsp.WorkspaceEdit(changes={uri: self._edits_of(uri, finding)}),
                is_preferred=is_safe,
            )
        lines = self._server.workspace.get_text_document(uri).lines
        number = finding.place.span.end_line - 1
        line = lines[number].rstrip("\r\n") if number < len(lines) else ""
        if line.rstrip().endswith("\\") or "regilink: ignore" in line:
            return
        at = lsp.Position(number, self._units(line))
        comment = lsp.TextEdit(lsp.Range(at, at), f"  # regilink: ignore[{finding.code}]")
        yield lsp.CodeAction(
            f"{finding.code}: {self._translate('silence it on this line')}",
            kind=lsp.CodeActionKind.QuickFix,
            edit=lsp.WorkspaceEdit(changes={uri: [comment]}),
        )

    def _edits_of(self, uri: str, finding: Finding) -> list[lsp.TextEdit]:
        edits = finding.fix.edits if finding.fix else ()
        return [lsp.TextEdit(self._to_range(uri, edit.span), edit.content) for edit in edits]

    def _hover(self, params: lsp.HoverParams) -> lsp.Hover | None:
        uri = params.text_document.uri
        line, column = self._from_position(uri, params.position)
        located = find_part(self._check(uri).sites, line, column)
        if located is None:
            return None
        site, part = located
        catalog = self._checker.catalog_of(uri)
        explanations = explain_site(site, catalog=catalog)
        explanation = next(explanations[path] for path in site.target if part in path.parts)
        lines = list(explanation.lines(translate=self._translate))
        text = fence_text(clean_message("\n".join(lines)))
        return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, text), self._to_range(uri, part.place.span))

    def _define(self, params: lsp.DefinitionParams) -> list[lsp.Location]:
        """Where the parts of a target path are written, from the call that passes it."""
        from pathlib import Path

        from regilink_doctor.core.strings import KnownPart

        uri = params.text_document.uri
        line, column = self._from_position(uri, params.position)
        site = find_site(self._check(uri).sites, line, column)
        places = dict.fromkeys(
            part.place for text in (site.target if site else ()) for part in text.parts if isinstance(part, KnownPart)
        )
        locations = []
        for place in places:
            is_here = site is not None and place.path == site.place.path
            other = uri if is_here else Path(place.path).resolve().as_uri()
            locations.append(lsp.Location(other, self._to_range(other, place.span)))
        return locations

    def _complete(self, params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        """Names that the catalog and the configuration know, inside of a string."""
        uri = params.text_document.uri
        lines = self._server.workspace.get_text_document(uri).lines
        number = params.position.line
        if number >= len(lines):  # the empty line at the end, which pygls does not have
            return []
        before = lines[number][: self._from_position(uri, params.position)[1] - 1]
        quote = max(before.rfind('"'), before.rfind("'"))
        if quote < 0:
            return []
        written = before[quote + 1 :]
        words = dict.fromkeys(
            word
            for word in self._list_names(uri, before[:quote])
            if word.startswith(written) and word == clean_message(word)
        )
        start, end = (lsp.Position(number, self._units(text)) for text in (before[: quote + 1], before))
        where = lsp.Range(start, end)
        return [
            lsp.CompletionItem(word, kind=lsp.CompletionItemKind.Value, text_edit=lsp.TextEdit(where, word))
            for word in words
        ]

    def _list_names(self, uri: str, before: str) -> Iterator[str]:
        """Teams behind `entity=`, types behind `type=`, paths of registries everywhere else."""
        config, catalog = self._checker.config_of(uri), self._checker.catalog_of(uri)
        organizations = catalog.organizations if catalog is not None else ()
        argument = before.rstrip().removesuffix("=").rstrip()
        if argument.endswith("entity"):
            yield from config.teams
            yield from (team for organization in organizations for team in organization.teams)
            return
        registries = [registry for organization in organizations for registry in organization.registries]
        if argument.endswith("type"):
            yield from (name for types in config.registries.values() for name in types)
            yield from (name for registry in registries for name in registry.types or ())
            return
        yield from (f"{REGISTRY_PREFIX}{name}/" for name in config.registries)
        for registry in registries:
            yield f"{REGISTRY_PREFIX}{registry.name}/"
            for collection in registry.collections or ():
                yield f"{REGISTRY_PREFIX}{registry.name}/{collection.name}"
                yield from (
                    f"{REGISTRY_PREFIX}{registry.name}/{collection.name}:{alias}" for alias in collection.aliases
                )

    def _units(self, text: str) -> int:
        return int(self._server.workspace.position_codec.client_num_units(text))

    def _to_range(self, uri: str, span: Span) -> lsp.Range:
        lines = self._server.workspace.get_text_document(uri).lines
        return self._server.workspace.position_codec.range_to_client_units(lines, _plain(span))

    def _from_position(self, uri: str, position: lsp.Position) -> tuple[int, int]:
        lines = self._server.workspace.get_text_document(uri).lines
        place = self._server.workspace.position_codec.position_from_client_units(lines, position)
        return place.line + 1, place.character + 1


def _plain(span: Span) -> lsp.Range:
    start = lsp.Position(span.line - 1, span.column - 1)
    return lsp.Range(start, lsp.Position(span.end_line - 1, span.end_column - 1))


def _without_overlap(edits: Sequence[lsp.TextEdit]) -> list[lsp.TextEdit]:
    """The edits that can be made together: of two that touch each other the first one."""
    kept: list[lsp.TextEdit] = []
    for edit in sorted(edits, key=lambda edit: (edit.range.start.line, edit.range.start.character)):
        end = (kept[-1].range.end.line, kept[-1].range.end.character) if kept else (-1, -1)
        if (edit.range.start.line, edit.range.start.character) >= end:
            kept.append(edit)
    return kept
