"""The messages in other languages: one folder for each, with the catalogs that `tools/make_messages.py` keeps.

A catalog is a file of gettext, `messages.po`, `rules.po` or `failures.po`. It is read as it is, so nothing has to be
compiled; what it lacks stays English. English itself needs none of this, and `lint` does not load it then.
"""

from __future__ import annotations

import os

from regilink_doctor.core.phrases import Phrase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Forms = tuple[str, ...]
    """The translations of an entry: one, or one for each plural form of the language."""

FOLDER = os.path.dirname(__file__)
ENGLISH = "en"


def list_languages() -> list[str]:
    """English, and the languages that there are catalogs of."""
    return [ENGLISH, *sorted(name for name in os.listdir(FOLDER) if has_catalogs(name))]


def find_language(name: str) -> str | None:
    """The language that a locale (`ja_JP.UTF-8`) or a name (`ja`, `ja-JP`) means; None where there are no catalogs."""
    parts = name.partition(".")[0].partition("@")[0].replace("-", "_").split("_")
    return next((known for known in ("_".join(parts), parts[0].lower()) if has_catalogs(known)), None)


def has_catalogs(language: str) -> bool:
    """Whether there are catalogs of a language."""
    return os.path.isfile(os.path.join(FOLDER, language, "messages.po"))


_FULL_STOP = "。"
"""It is as wide as itself and the space that would follow it."""


class Translation:
    """What shows a string in a language: phrases by their templates, other strings as a whole."""

    def __init__(self, language: str, entries: Mapping[str, Forms], choose_form: Callable[[int], int]) -> None:
        self.language = language
        self._entries = entries
        self._choose_form = choose_form

    def __call__(self, text: str) -> str:
        """The text in this language; in English where it is not translated."""
        if not isinstance(text, Phrase):
            return self._entries.get(text, (text,))[0]
        if text.layout:
            separator = self._entries.get(text.template, (text.template,))[0]
            joined = ""
            for part in (self(value) for value in text.values.values() if isinstance(value, str)):
                is_after_space = not joined or (separator == " " and joined.endswith(_FULL_STOP))
                joined += part if is_after_space else separator + part
            return joined
        forms = self._entries.get(text.template)
        if forms is None:
            return str(text)
        form = forms[0]
        if text.number is not None and len(forms) > 1:
            form = forms[min(self._choose_form(text.number), len(forms) - 1)]
        values = {name: self(value) if isinstance(value, Phrase) else value for name, value in text.values.items()}
        return form.format(**values) if values else form


def load_translation(language: str, *names: str) -> Translation:
    """The translation into a language, of these catalogs: `messages`, `rules`, `failures`."""
    entries: dict[str, Forms] = {}
    for name in names:
        entries |= read_catalog(os.path.join(FOLDER, language, f"{name}.po"))
    header = entries.pop("", ("",))[0]
    return Translation(language, entries, _read_plural(header))


def list_translations(*names: str) -> list[Translation]:
    """The translation into every language but English, of these catalogs."""
    return [load_translation(language, *names) for language in list_languages() if language != ENGLISH]


def read_catalog(path: str) -> dict[str, Forms]:
    """The entries of a catalog that are translated; that of the empty string is the header."""
    with open(path, encoding="utf-8") as file:
        entries = read_entries(file.read())
    return {text: entry.forms for text, entry in entries.items() if all(entry.forms) and not entry.fuzzy}


class CatalogEntry:
    """The entry of a string: its translation, in every plural form; `fuzzy`: a person has to review it."""

    __slots__ = ("forms", "fuzzy")

    def __init__(self, forms: Forms, fuzzy: bool) -> None:
        self.forms = forms
        self.fuzzy = fuzzy


def read_entries(content: str) -> dict[str, CatalogEntry]:
    """The entries of a catalog's text, by the English string."""
    entries = {}
    for block in content.split("\n\n"):
        fields: dict[str, str] = {}
        name, fuzzy = "", False
        for line in block.split("\n"):
            if line[:1] == '"':
                fields[name] += _unescape(line)
            elif line[:3] == "msg":
                name, _, value = line.partition(" ")
                fields[name] = _unescape(value)
            elif line[:2] == "#,":
                fuzzy = "fuzzy" in line
        if "msgid" in fields:
            forms = tuple(value for name, value in fields.items() if name.startswith("msgstr"))
            entries[fields["msgid"]] = CatalogEntry(forms, fuzzy)
    return entries


def _unescape(quoted: str) -> str:
    """The string that a catalog has in double quotes."""
    text = quoted[1:-1]
    if "\\" not in text:
        return text
    return "\\".join(part.replace("\\n", "\n").replace('\\"', '"').replace("\\t", "\t") for part in text.split("\\\\"))


def _read_plural(header: str) -> Callable[[int], int]:
    """Which form a number has, by the `Plural-Forms` of a header."""
    rule = header.partition("plural=")[2].partition(";")[0]
    if rule in ("", "0"):
        return lambda number: 0
    from gettext import c2py

    choose: Callable[[int], int] = c2py(rule)
    return choose
