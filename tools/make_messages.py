"""Keep the catalogs of `regilink_doctor/languages` in step with the code: `python tools/make_messages.py [--check]`.

What can be translated is found in the source: the templates of `say` and `counted`, the strings that are passed to
`MARKED` functions, the documentation of the rules, and the failure index. Each catalog gets an entry for all of it, and
loses those that the code no longer has. An entry whose English has changed a little keeps its translation, marked
`fuzzy`: it is shown in English until somebody has looked at it and removed the mark.

A new language: `python tools/make_messages.py --new de`.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from string import Formatter

from import_graph import ROOT, find_nodes

from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.wandb_messages import WANDB_MESSAGES
from regilink_doctor.languages import ENGLISH, FOLDER, list_languages, read_entries
from regilink_doctor.report.listings import split_documentation
from regilink_doctor.rules import all_rules
from regilink_doctor.workflows.explain.question_model import list_topics

MARKED = {
    "Message": (0, 1, 2),
    "Related": (0,),
    "pass_check": (0,),
    "skip_check": (0,),
    "translate": (0,),
    "_translate": (0,),
}
"""Function -> the arguments that are strings for people; constants there need no `say`."""

PACKAGE = ROOT / "regilink_doctor"
NAMES = ("messages", "rules", "failures")
"""The catalogs of a language."""


class Entry:
    """A string to translate; `plural` is its other English form, `has_fields` whether values are filled in."""

    def __init__(self, text: str, where: str, *, plural: str = "", has_fields: bool = False) -> None:
        self.text = text
        self.plural = plural
        self.has_fields = has_fields
        self.where = [where]


class Unmarked(ValueError):
    """A string in the source that could not be translated."""


@cache
def collect_entries(name: str) -> dict[str, Entry]:
    """The entries of a catalog, in the order of the source."""
    entries: dict[str, Entry] = {}
    for entry in {"messages": _read_source, "rules": _read_rules, "failures": _read_failures}[name]():
        if not entry.text:
            continue
        known = entries.setdefault(entry.text, entry)
        known.has_fields = known.has_fields or entry.has_fields
        known.plural = known.plural or entry.plural
        if entry.where[0] not in known.where:
            known.where += entry.where
    return entries


def _read_rules() -> Iterator[Entry]:
    for rule in all_rules():
        for paragraph in split_documentation(rule.documentation):
            yield Entry(paragraph, rule.code)


def _read_failures() -> Iterator[Entry]:
    for failure in FAILURES.values():
        for text in (failure.title, failure.happens, failure.recognize, failure.help):
            if text:
                yield Entry(text, failure.id)


def _read_source() -> Iterator[Entry]:
    for message in WANDB_MESSAGES:
        for text in filter(None, (message.hint, message.help)):
            yield Entry(text, "regilink_doctor/core/wandb_messages", has_fields=text == message.help)
    for topic in list_topics().values():
        if topic.answer:
            yield Entry(topic.answer, "regilink_doctor/workflows/explain/topics.json")
    for path in (*sorted(PACKAGE.rglob("*.py")), ROOT / "tools" / "site_pages.py"):
        where = path.relative_to(ROOT).as_posix()
        nodes = find_nodes(path)
        imported = {name.name for node in nodes if isinstance(node, ast.ImportFrom) for name in node.names}
        marked = {*MARKED, *(imported & {"say", "counted", "join_phrases"})}
        for node in nodes:
            if isinstance(node, ast.Call) and _name_of(node) in marked:
                try:
                    yield from _read_call(node, where)
                except Unmarked as problem:
                    raise SystemExit(f"{where}:{node.lineno}: {problem}") from None


def _read_call(call: ast.Call, where: str) -> Iterator[Entry]:
    name = _name_of(call)
    if name == "say":
        # `say(template, **fields)`: the templates are in a table of `Message`s.
        has_fields = bool(call.keywords)
        if not any(keyword.arg is None for keyword in call.keywords):
            for text in _read_constants(call.args[0], strictly=True):
                yield Entry(text, where, has_fields=has_fields)
    elif name == "join_phrases":
        yield from (Entry(text, where) for text in _read_constants(call.args[0]) if text.strip())
    elif name == "counted" and len(call.args) > 1 and isinstance(call.args[1], ast.Constant):
        one, *many = [argument.value for argument in call.args[1:] if isinstance(argument, ast.Constant)]
        text = f"{{number}} {one}"
        yield Entry(text, where, plural=f"{{number}} {(many or [None])[0] or f'{one}s'}", has_fields=True)
    elif name in MARKED:
        for number in MARKED[name]:
            if number < len(call.args):
                yield from (Entry(text, where) for text in _read_constants(call.args[number]))
        for keyword in call.keywords:
            if keyword.arg in ("summary", "note", "help"):
                yield from (Entry(text, where) for text in _read_constants(keyword.value))


def _name_of(call: ast.Call) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def _read_constants(node: ast.expr, *, strictly: bool = False) -> Iterator[str]:
    """The strings that an argument can be; those of variables and calls are marked where they are written."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _read_constants(node.body, strictly=strictly)
        yield from _read_constants(node.orelse, strictly=strictly)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _read_constants(value, strictly=strictly)
    elif isinstance(node, ast.JoinedStr):
        raise Unmarked("an f-string is made before it can be translated: write say(template, name=value)")
    elif strictly:
        raise Unmarked("the template of say has to be a constant")


def render_catalog(language: str, name: str) -> str:
    """The catalog of a language as it should be: every entry of the code, with the translation that it has."""
    path = Path(FOLDER, language, f"{name}.po")
    old = read_entries(path.read_text(encoding="utf-8")) if path.exists() else {}
    header = old.pop("", None)
    entries = collect_entries(name)
    blocks = [_render_header(language, header.forms[0] if header else "")]
    spare = {text: entry for text, entry in old.items() if text not in entries and any(entry.forms)}
    for text, entry in entries.items():
        lines = [f"#: {' '.join(entry.where)}"]
        flags = ["brace-format"] if entry.has_fields else []
        forms: tuple[str, ...] = old[text].forms if text in old else ()
        if text in old and old[text].fuzzy:
            flags.insert(0, "fuzzy")
        elif not any(forms) and (near := difflib.get_close_matches(text, spare, n=1, cutoff=0.8)):
            forms = spare.pop(near[0]).forms
            flags.insert(0, "fuzzy")
        lines += [f"#, {', '.join(flags)}"] if flags else []
        lines += [f"msgid {_quote(text)}"]
        if entry.plural:
            lines += [f"msgid_plural {_quote(entry.plural)}"]
            lines += [f"msgstr[{number}] {_quote(form)}" for number, form in enumerate(forms or ("",))]
        else:
            lines += [f"msgstr {_quote(forms[0] if forms else '')}"]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _render_header(language: str, header: str) -> str:
    header = header or (
        f"Language: {language}\nContent-Type: text/plain; charset=UTF-8\n"
        "Content-Transfer-Encoding: 8bit\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
    )
    return f'msgid ""\nmsgstr {_quote(header)}'


def _quote(text: str) -> str:
    """A string as a catalog has it: each of its lines in double quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    lines = [line for line in escaped.replace("\\n", "\\n\n").split("\n") if line]
    return f'"{escaped}"' if len(lines) < 2 else "\n".join(['""', *(f'"{line}"' for line in lines)])


def find_problems(language: str, name: str) -> Iterator[str]:
    """What is wrong with a catalog; entries that are not translated are not."""
    path = Path(FOLDER, language, f"{name}.po")
    content = path.read_text(encoding="utf-8")
    entries = collect_entries(name)
    where = path.relative_to(ROOT).as_posix()
    for text, entry in read_entries(content).items():
        if text and any(form.endswith("\n") and not text.endswith("\n") for form in entry.forms):
            yield f"{where}: the translation of {text!r} ends with a line break"
        if text and text not in entries:
            yield f"{where}: the code no longer has {text!r}"
        elif text and entries[text].has_fields and not entry.fuzzy:
            yield from (
                f"{where}: the fields of {form!r} are not those of {text!r}"
                for form in filter(None, entry.forms)
                if set(_read_fields(form)) != set(_read_fields(text))
            )
    if not any(True for _ in find_missing(language, name)) and content != render_catalog(language, name):
        yield f"{where}: not as tools/make_messages.py writes it"


def _read_fields(template: str) -> list[tuple[str, str, str]]:
    return [
        (field, spec or "", conversion or "") for _, field, spec, conversion in Formatter().parse(template) if field
    ]


def find_missing(language: str, name: str) -> Iterator[str]:
    """The entries of the code that a catalog has no translation of; they are shown in English."""
    translated = read_entries(Path(FOLDER, language, f"{name}.po").read_text(encoding="utf-8"))
    for text, entry in collect_entries(name).items():
        known = translated.get(text)
        if known is None or known.fuzzy or not all(known.forms):
            yield f"{language}/{name}.po: {entry.where[0]}: {text}"


def list_catalogs() -> list[tuple[str, str]]:
    """Every language but English with the names of its catalogs."""
    return [(language, name) for language in list_languages() if language != ENGLISH for name in NAMES]


def main(arguments: Iterable[str]) -> int:
    """Write the catalogs, or check them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a catalog is out of date")
    parser.add_argument("--missing", action="store_true", help="list what is not translated; exit 1 if anything")
    parser.add_argument("--new", metavar="LANG", help="begin the catalogs of a language")
    options = parser.parse_args(list(arguments))
    if options.new:
        Path(FOLDER, options.new).mkdir(exist_ok=True)
        for name in NAMES:
            Path(FOLDER, options.new, f"{name}.po").write_text(render_catalog(options.new, name), encoding="utf-8")
    if options.missing:
        lines = [line for translation in list_catalogs() for line in find_missing(*translation)]
    elif options.check:
        lines = [line for translation in list_catalogs() for line in find_problems(*translation)]
    else:
        for language, name in list_catalogs():
            Path(FOLDER, language, f"{name}.po").write_text(render_catalog(language, name), encoding="utf-8")
        lines = []
    print("\n".join(lines))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
