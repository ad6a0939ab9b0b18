"""Phrases: English strings that can be shown in another language, because they know what they are made of.

`say("{path} has no collection", path=...)` is the English string, for comparisons, JSON and logs alike. A report for
people passes what it shows through a translation (`regilink_doctor.languages`), which looks up the template and fills
in the values; those that are phrases are translated, too. What else is in a phrase, a name or a path, stays as it is.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Phrase(str):
    """An English string with its `template` and the `values` that were filled in.

    `number` decides between the forms of a template that counts. A `layout` has no words of its own: its values are
    translated and joined, with the template between them.
    """

    template: str
    values: Mapping[str, object]
    number: int | None
    layout: bool

    def __reduce__(self) -> tuple[Callable[..., Phrase], tuple[object, ...]]:
        """Findings come from other processes."""
        return make_phrase, (str(self), self.template, self.values, self.number, self.layout)


def make_phrase(
    text: str, template: str, values: Mapping[str, object], number: int | None = None, layout: bool = False
) -> Phrase:
    """A phrase whose English is `text`."""
    phrase = Phrase(text)
    phrase.template, phrase.values, phrase.number, phrase.layout = template, values, number, layout
    return phrase


def say(template: str, **values: object) -> str:
    """A phrase: the template with the values filled in, as `str.format` does; without values it is taken as it is."""
    return make_phrase(template.format(**values) if values else template, template, values)


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 file`, `2 files`; `many` where an s is not enough."""
    text = f"{number:,} {one if number == 1 else many or one + 's'}"
    return make_phrase(text, f"{{number}} {one}", {"number": f"{number:,}"}, number)


def join_phrases(separator: str, parts: Iterable[str]) -> str:
    """The parts with a separator between them: a line feed, a comma."""
    values = {str(number): part for number, part in enumerate(parts)}
    return make_phrase(separator.join(values.values()), separator, values, layout=True)


def translate_value(text: str, translate: Callable[[str], str]) -> str:
    """What may be a name of the user's, which no translation changes: only a phrase is translated."""
    return translate(text) if isinstance(text, Phrase) else text


def rewrite_phrase(text: str, change: Callable[[str], str]) -> str:
    """`change(text)`; a phrase remains one, with the change made in its values."""
    changed = change(text)
    if changed == text or not isinstance(text, Phrase):
        return text if changed == text else changed
    values = {
        name: rewrite_phrase(value, change) if isinstance(value, str) else value for name, value in text.values.items()
    }
    return make_phrase(changed, text.template, values, text.number, text.layout)
