"""An explanation for people (plain text, with colors where wanted) and for machines (JSON)."""

from __future__ import annotations

import json
import textwrap
from functools import partial

from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.phrases import counted, say
from regilink_doctor.core.text import wrap_text
from regilink_doctor.core.wandb_messages import WANDB_MESSAGES, list_sdk_sentences
from regilink_doctor.report.terminal import paint_text
from regilink_doctor.rules import rule_for
from regilink_doctor.rules.index import RULES
from regilink_doctor.workflows.explain.explanation import capitalize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from regilink_doctor.core.failures import Failure
    from regilink_doctor.core.wandb_messages import WandbMessage
    from regilink_doctor.workflows.explain.explanation import Explanation


VERSION = 1


def explanation_json(explanation: Explanation) -> str:
    """The shape of the contract."""
    value = {
        "version": VERSION,
        "kind": explanation.kind,
        "target": explanation.target,
        "organization": explanation.organization,
        "registry": explanation.registry,
        "collection": explanation.collection,
        "version_or_alias": explanation.version_or_alias,
        "codes": list(explanation.codes),
        "failures": list(explanation.failures),
        "sure": explanation.is_recognized and explanation.is_sure,
        "text": explanation.text,
    }
    return json.dumps(value, indent=2, ensure_ascii=True)


def render_explanation(
    explanation: Explanation,
    *,
    color: bool = False,
    width: int | None = None,
    site: str = "",
    translate: Callable[[str], str] = str,
) -> Iterator[str]:
    """The lines for a terminal of this width (None: there is none), with addresses of the documentation's `site`."""
    return explanation.lines(width=width, paint=partial(paint_text, colour=color), site=site, translate=translate)


PARTS = {
    "A": say("Target path"),
    "B": say("What the server refuses, or accepts differently than you meant"),
    "C": say("The run, its mode, and when the link is made"),
    "D": say("Consuming from the registry, and managing it"),
    "E": say("Around the link"),
    "F": say("Accounts, servers, disks and SDK builds"),
}
"""First letter of the ids -> what that part of the index is about."""

MOST_MESSAGES = 6
"""Messages of W&B that the page shows at once for one failure; the others can be unfolded: a search finds them."""

_WIDTH = 118

_INTRODUCTION = (
    say(
        "Every known way in which a link to the W&B Registry, or code that consumes from it, fails. Each has an id "
        "that never changes; reports of regilink name it, and `#a1` is the address of `A1` on this page. "
        "`regilink explain A1` shows one, `regilink explain --list` lists all, and `regilink explain` finds the one "
        "behind an error, a log or a question."
    ),
    say('"silent" means that nothing is raised: the program ends well, and the version is not where it should be.'),
)


def render_failures(width: int | None, translate: Callable[[str], str] = str) -> Iterator[str]:
    """The index for a terminal: one line for each failure, by part."""
    for letter, title in PARTS.items():
        yield f"{letter}. {translate(title)}"
        for failure in _failures_of(letter):
            marks = [*failure.codes, *([translate("silent")] if failure.silent else [])]
            text = translate(failure.title) + (f"  [{', '.join(marks)}]" if marks else "")
            first, *more = wrap_text(text, max(width or _WIDTH, 40), 7)
            yield f"  {failure.id:<4} {first}"
            yield from (" " * 7 + line for line in more)
        yield ""
    yield translate(say("{number} failures; `regilink explain A1` shows one", number=len(FAILURES)))


def failures_json() -> str:
    """`{"version": 1, "failures": [{"id", "title", "silent", "happens", "recognize", "help", ...}]}`."""
    value = {
        "version": 1,
        "failures": [
            {
                "id": failure.id,
                "title": failure.title,
                "silent": failure.silent,
                "happens": failure.happens,
                "recognize": failure.recognize,
                "help": failure.help,
                "check_with": failure.check_with or None,
                "codes": list(failure.codes),
            }
            for failure in FAILURES.values()
        ],
    }
    return json.dumps(value, indent=2, ensure_ascii=True)


def failures_page(translate: Callable[[str], str] = str) -> str:
    """The page `docs/failures.md`."""
    lines = [f"# {translate('Failure index')}", ""]
    for paragraph in _INTRODUCTION:
        lines += _wrap_paragraph(translate(paragraph))
    for letter, title in PARTS.items():
        head = f"| {translate('failure')} | | {translate('caught by')} |"
        lines += [f"## {letter}. {translate(title)}", "", head, "|---|---|---|"]
        lines += [
            f"| [{failure.id}](#{failure.id.lower()}) | {translate(failure.title)} "
            f"| {', '.join(_rule_links(failure))} |"
            for failure in _failures_of(letter)
        ]
        lines.append("")
        for failure in _failures_of(letter):
            lines += _render_entry(failure, translate)
    return "\n".join(lines)


def _failures_of(letter: str) -> list[Failure]:
    return [failure for failure in FAILURES.values() if failure.id.startswith(letter)]


def _render_entry(failure: Failure, translate: Callable[[str], str]) -> list[str]:
    title = capitalize(translate(failure.title))
    lines = [f'<a id="{failure.id.lower()}"></a>', "", f"### {failure.id}: {title}", ""]
    silent = f"{translate('Silent.')} " if failure.silent else ""
    check = f"`{failure.check_with}`" if failure.check_with else ""
    for label, text in (
        (say("Symptom."), silent + translate(failure.happens)),
        (say("How to recognize it."), translate(failure.recognize)),
        (say("What to do."), translate(failure.help)),
        (say("Check with."), check),
        (say("Caught by."), ", ".join(_rule_links(failure))),
    ):
        if text:
            lines += _wrap_paragraph(f"**{translate(label)}** {text}")
    return lines + _render_messages(failure, translate)


def _render_messages(failure: Failure, translate: Callable[[str], str]) -> list[str]:
    messages = [message for message in (*WANDB_MESSAGES, *list_sdk_sentences()) if message.failure == failure.id]
    quotes = list(dict.fromkeys(f"- {_quote_message(message, translate)}" for message in messages))
    if not quotes:
        return []
    lines = [f"**{translate('W&B reports')}**", "", *quotes[:MOST_MESSAGES], ""]
    if others := quotes[MOST_MESSAGES:]:
        summary = translate(counted(len(others), "other message"))
        lines += ['<details markdown="1">', f"<summary>{summary}</summary>", "", *others, "", "</details>", ""]
    return lines


def _quote_message(message: WandbMessage, translate: Callable[[str], str]) -> str:
    text = message.template.replace("{{", "{").replace("}}", "}").replace("`", "'")
    era = [say("since wandb {version}", version=message.since)] if message.since else []
    era += [say("before wandb {version}", version=message.until)] if message.until else []
    era += [] if message.known else [say("undocumented; regilink's wording")]
    return f"`{text}`" + (f" ({', '.join(map(translate, era))})" if era else "")


def _rule_links(failure: Failure) -> list[str]:
    return [
        f"[{code}](rules.md#{code.lower()}) {rule_for(code).name}" if code in RULES else code for code in failure.codes
    ]


def _wrap_paragraph(text: str) -> list[str]:
    if not text.isascii():  # Markdown would show a line end within Japanese as a space
        return [text, ""]
    return [*textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False), ""]
