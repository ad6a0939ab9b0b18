"""`full`: a diagnosis for people, on a terminal or in a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType

from regilink_doctor.core.origin import Argument, Code
from regilink_doctor.core.phrases import counted, join_phrases, say, translate_value
from regilink_doctor.core.records import group_pairs
from regilink_doctor.core.text import escape_text, pad_text, text_width
from regilink_doctor.report.summary import describe_skipped, describe_unread
from regilink_doctor.report.terminal import make_live_console
from regilink_doctor.rules.index import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live
    from rich.spinner import Spinner

    from regilink_doctor.core.check_result import CheckResult, Status
    from regilink_doctor.doctor.diagnosis import Diagnosis, UnknownLink


MARKS: dict[Status, tuple[str, str, str]] = {
    "pass": ("\u2713", "ok", "green"),
    "fail": ("\u2717", "x", "bold red"),
    "warn": ("!", "!", "bold yellow"),
    "skip": ("-", "-", "dim"),
    "crash": ("\u2717", "x", "bold magenta"),
}


SCRIPT = "    "
"""How a line of a help begins that is part of a script: shown as it is, to be copied."""

SOURCE_WIDTH = 24
"""Columns that a place of origin needs for a column of its own."""


def render_full(
    diagnosis: Diagnosis,
    console: Console,
    *,
    verbose: int = 0,
    site: str = "",
    translate: Callable[[str], str] = str,
) -> None:
    """Write the report: what was found where, a line for each group, each problem with its help, the verdict.

    Args:
        diagnosis: what to show.
        console: where to.
        verbose: 1, a line for each check that passed or was skipped, with the time it took; 2, its requirements
            and its failure ids too.
        site: where the documentation begins; with it, each problem is shown with the address of its rule's page.
        translate: shows a string in the reader's language.
    """
    page = _Page(console, site, translate)
    page.add_configuration(diagnosis)
    page.add_groups(diagnosis, verbose=verbose)
    for check in diagnosis.of("fail", "crash", "warn"):
        page.add_problem(check, verbose=verbose)
    page.add_skips(diagnosis.of("skip"), verbose=verbose)
    page.add_verdict(diagnosis)


def problem_page(site: str, check: CheckResult) -> str | None:
    """The page about a problem: that of its rule, else the entry of its likeliest failure; None without a site."""
    from regilink_doctor.config import failure_entry, rule_page

    if check.code is not None and check.code in RULES:
        return rule_page(site, check.code)
    return failure_entry(site, check.failures[0]) if check.failures else None


class _Page:
    """Writes lines with styles. Names from elsewhere are shown as text, never as markup."""

    def __init__(self, console: Console, site: str, translate: Callable[[str], str]) -> None:
        self._console = console
        self._site = site
        self._translate = translate
        self._plain = "utf" not in (console.encoding or "").lower()

    def add_line(self, *parts: tuple[str, str], indent: int = 0, hang: int | None = None) -> None:
        """A line of (text, style), wrapped with a hanging indent."""
        from rich.text import Text

        text = Text()
        for words, style in parts:
            text.append(escape_text(self._translate(words)), style)
        deep = indent if hang is None else hang
        wide = text.cell_len + 1 if self._console.soft_wrap else max(20, self._console.width - deep)
        for number, row in enumerate(text.wrap(self._console, wide)):
            row.rstrip()
            start = Text(" " * (indent if number == 0 else deep))
            self._console.print(start + row, no_wrap=True, overflow="ignore", crop=False)

    def add_empty_line(self) -> None:
        self._console.print()

    def choose_mark(self, status: Status) -> tuple[str, str]:
        fancy, plain, style = MARKS[status]
        return (plain if self._plain else fancy, style)

    def add_configuration(self, diagnosis: Diagnosis) -> None:
        if not diagnosis.found:
            return
        self.add_line((say("What was found where"), "bold"))
        rows = [
            (self._translate(name), translate_value(setting.value, self._translate) or '""', setting)
            for name, setting in diagnosis.found
        ]
        name_width = max(text_width(name) for name, *_ in rows) + 2
        value_width = min(max(text_width(escape_text(value)) for _, value, _ in rows), 44) + 2
        if not self._console.soft_wrap and self._console.width < 2 + name_width + value_width + SOURCE_WIDTH:
            value_width = 0  # the sources stand behind the values, not in a column of their own
        for name, value, setting in rows:
            self.add_line(
                (pad_text(name, name_width), "dim"),
                (pad_text(escape_text(value), value_width) if value_width else f"{escape_text(value)}  ", "cyan"),
                (setting.origin.shown, "dim"),
                indent=2,
                hang=2 + name_width + value_width,
            )
        if diagnosis.differences:
            width = 2 + name_width + value_width
            but, code = self._translate("but"), self._translate("code")
            head = (
                (pad_text(but, name_width), "dim"),
                (pad_text(code, value_width) if value_width else f"{code}  ", "cyan"),
            )
            self.add_line(*head, (join_phrases("; ", diagnosis.differences), "dim"), indent=2, hang=width)
        self.add_empty_line()

    def add_groups(self, diagnosis: Diagnosis, *, verbose: int) -> None:
        """A line for each group of checks, with its verdict; `verbose` the checks that passed below it."""
        groups = group_checks(diagnosis.checks)
        width = max((text_width(self._translate(name)) for name in groups), default=0) + 2
        for name, checks in groups.items():
            title = f" {pad_text(self._translate(name), width)}"
            self.add_line(
                self.choose_mark(worst_status(checks)), (title, "bold"), (group_verdict(checks), ""), hang=width + 3
            )
            for check in checks if verbose else ():
                if check.status == "pass":
                    self._add_passed(check, verbose)
        if groups:
            self.add_empty_line()

    def _add_passed(self, check: CheckResult, verbose: int) -> None:
        about = check.subject not in (check.name, *check.message.split())
        subject = f"  {translate_value(check.subject, self._translate)}" if about else ""
        head = (self.choose_mark("pass"), (f" {check.name}", "bold"), (subject, "cyan"))
        time = (f"  {check.duration_ms} ms", "dim")
        self.add_line(
            *head, ("  ", ""), (check.message, ""), time, *self._list_details(check, verbose), indent=2, hang=6
        )

    def _list_details(self, check: CheckResult, verbose: int) -> list[tuple[str, str]]:
        """What a second `-v` adds to a check."""
        if verbose < 2:
            return []
        parts = [say("failures {ids}", ids=", ".join(check.failures))] if check.failures else []
        parts += [say("after {checks}", checks=", ".join(check.requires))] if check.requires else []
        return [(f"  [{'; '.join(map(self._translate, parts))}]", "dim")] if parts else []

    def add_problem(self, check: CheckResult, *, verbose: int = 0) -> None:
        style = MARKS[check.status][2]
        code = f"  {check.code}" if check.code else ""
        origins = [item.shown for item in (check.origin, *check.also_at) if item is not None]
        places = ", ".join(translate_value(origin, self._translate) for origin in origins)
        origin = f"  ({places})" if places else ""
        self.add_line(
            self.choose_mark(check.status),
            (f" {check.name}", "bold"),
            (code, style),
            (f"  {translate_value(check.subject, self._translate)}", "cyan"),
            (origin, "dim"),
            *self._list_details(check, verbose),
        )
        self.add_line((check.message, ""), indent=2)
        note, see = f"{self._translate('note')}: ", f"{self._translate('see')}: "
        for line in self._translate(check.note or "").splitlines():
            self.add_line((note, "dim"), (line, ""), indent=2, hang=2 + text_width(note))
        for help_line in self._translate(check.help or "").splitlines():
            if help_line.startswith(SCRIPT):
                self._console.print(
                    f"  {escape_text(help_line)}", markup=False, no_wrap=True, overflow="ignore", crop=False
                )
            else:
                self.add_line(("-> ", "green"), (help_line, ""), indent=2, hang=5)
        if address := problem_page(self._site, check):
            self.add_line((see, "dim"), (address, ""), indent=2, hang=2 + text_width(see))
        self.add_empty_line()

    def add_skips(self, checks: Iterable[CheckResult], *, verbose: int) -> None:
        """What was skipped, once for each reason: one cause stops many checks."""
        reasons = group_pairs((check.message, check) for check in checks)
        for reason, skipped in reasons.items():
            # A reason that hangs on no other check is about its subject, and says little without it.
            apart = verbose or not skipped[0].blocked_by
            labels = (
                f"{check.name} ({translate_value(check.subject, self._translate)})" if apart else check.name
                for check in skipped
            )
            names = list(dict.fromkeys(labels))
            self.add_line(self.choose_mark("skip"), (f" {', '.join(names)}: ", "dim"), (reason, "dim"), hang=2)
        if reasons:
            self.add_empty_line()

    def add_verdict(self, diagnosis: Diagnosis) -> None:
        crashes = len(diagnosis.of("crash"))
        if crashes:
            broke = say(" broke: that is regilink's mistake, not yours")
            self.add_line((counted(crashes, "check"), "bold magenta"), (broke, ""))
        status = diagnosis.exit_status()
        head, rest = summarize_verdict(diagnosis, say("Lines marked -> show what to change."))
        fails, links = bool(diagnosis.of("fail")), diagnosis.links
        style = (
            "bold red"
            if fails
            else "bold green"
            if status != 2 and links.checked and links.is_complete
            else "bold yellow"
        )
        self.add_line((head, style), (rest, ""))
        for line in incomplete_lines(diagnosis):
            self.add_line((line, "bold yellow"))
        for line in elsewhere_lines(diagnosis):
            self.add_line((line, ""))
        if not fails and status != 2:
            self._add_ready_line(diagnosis)

    def _add_ready_line(self, diagnosis: Diagnosis) -> None:
        ready = diagnosis.ready
        if ready is None:
            return
        self.add_empty_line()
        if ready.teams:
            self.add_line((say("Your teams"), "bold"))
            width = max(len(team) for team, _ in ready.teams) + 2
            for team, names in ready.teams:
                self.add_line(
                    (f"{team:<{width}}", "cyan"),
                    (say("{name} (entity {entity})", name=names.name, entity=names.entity), "dim"),
                    indent=2,
                )
        if ready.targets:
            self.add_line((say("Ready to paste"), "bold"))
            if ready.entity:
                self.add_line((f'run = wandb.init(entity="{ready.entity}")', ""), indent=2)
            for target in ready.targets:
                self.add_line((f'run.link_artifact(artifact, target_path="{target}")', ""), indent=2)


_ORDER: tuple[Status, ...] = ("crash", "fail", "warn", "skip", "pass")
"""Which status of a check decides about its group: what was skipped is not well."""


def group_checks(checks: Iterable[CheckResult]) -> dict[str, list[CheckResult]]:
    """The checks by what they are about: environment, network, account, links."""
    return group_pairs((check.group, check) for check in checks)


def worst_status(checks: Sequence[CheckResult]) -> Status:
    """The status that decides about a group of checks."""
    return next(status for status in _ORDER if any(check.status == status for check in checks))


def group_verdict(checks: Sequence[CheckResult]) -> str:
    """What came of a group of checks: `1 problem: entity; 3 passed; 2 skipped`."""

    def list_names(*statuses: Status) -> str:
        return ", ".join(dict.fromkeys(check.name for check in checks if check.status in statuses))

    parts = []
    if failed := sum(check.status in ("fail", "crash") for check in checks):
        parts.append(join_phrases(": ", [counted(failed, "problem"), list_names("fail", "crash")]))
    if warned := sum(check.status == "warn" for check in checks):
        parts.append(join_phrases(": ", [counted(warned, "warning"), list_names("warn")]))
    passed, skipped = (sum(check.status == status for check in checks) for status in ("pass", "skip"))
    parts += [say("{number} passed", number=passed)] if passed else []
    parts += [say("{number} skipped", number=skipped)] if skipped else []
    return join_phrases("; ", parts)


def summarize_verdict(diagnosis: Diagnosis, where: str) -> tuple[str, str]:
    """What all of it comes to: the first words, and the rest of the sentence.

    Args:
        diagnosis: the whole.
        where: the sentence that says where a report shows what to change.
    """
    fails, warns = len(diagnosis.of("fail")), len(diagnosis.of("warn"))
    asked = say(
        "({requests}, {number} ms)", requests=counted(diagnosis.requests, "request"), number=diagnosis.elapsed_ms
    )
    warned = counted(warns, "warning") if warns else say("no problems")
    links = diagnosis.links
    if fails:
        end = say(", {warnings}", warnings=counted(warns, "warning")) if warns else ""
        return counted(fails, "problem"), say("{end}. {where} {asked}", end=end, where=where, asked=asked)
    if links.is_nothing_checked:
        return say("Nothing was checked"), say(" of what the code links to or consumes. {asked}", asked=asked)
    if diagnosis.exit_status() == 2:
        return say("Nothing could be found out about the account"), join_phrases(" ", ["", asked])
    if not links.checked:
        none = say(": there is none in {files}", files=counted(links.files, "file")) if links.files is not None else ""
        ready = say(
            "{where}. This machine and account are ready to link: {warned}. {asked}",
            where=none,
            warned=warned,
            asked=asked,
        )
        return say("No link was checked"), ready
    checked = say("{references} checked", references=count_references(links.links, links.names))
    if links.is_complete and diagnosis.of("skip"):
        return checked, say(": {warned}, but some checks were skipped {asked}", warned=warned, asked=asked)
    if not links.is_complete or links.elsewhere or warns:
        return checked, say(": {warned} {asked}", warned=warned, asked=asked)
    return say("All well"), say(": {checked}, {warned} {asked}", checked=checked, warned=warned, asked=asked)


def incomplete_lines(diagnosis: Diagnosis) -> list[str]:
    """The links that could not be checked, and the files that could not be read, with their places."""
    links = diagnosis.links
    unread = [*describe_unread(links.unread), *describe_skipped(links.skipped)]
    return [*([_describe_unknown(links.unknown)] if links.unknown else []), *unread]


def _describe_unknown(unknown: Sequence[UnknownLink]) -> str:
    places: dict[str, list[str]] = {}  # by reason: one cause stops many links
    for link in unknown:
        place = link.origin.line if isinstance(link.origin, Code) else link.origin.shown
        place = link.target if isinstance(link.origin, Argument) else place
        reason = ", ".join(link.expressions) or link.reason.removeprefix("skipped: ")
        places.setdefault(reason, []).append(place)
    names = sum(link.is_consumed for link in unknown)
    where = [
        say("{places} ({reason})", places=", ".join(dict.fromkeys(written)), reason=reason)
        for reason, written in places.items()
    ]
    references = count_references(len(unknown) - names, names)
    return say("{references} could not be checked: {places}", references=references, places=join_phrases("; ", where))


def count_references(links: int, names: int) -> str:
    """`2 links and 1 full name`."""
    if links and names:
        return say("{links} and {names}", links=counted(links, "link"), names=counted(names, "full name"))
    return counted(links, "link") if links else counted(names, "full name") if names else ""


def elsewhere_lines(diagnosis: Diagnosis) -> list[str]:
    """The links that do not go to a registry, a line for each."""
    return [
        say("{origin} is not a registry link: it goes into {place}", origin=origin.shown, place=place)
        for origin, place in diagnosis.links.elsewhere
    ]


SHOWN_CHECKS = 8
"""How many of the last results are shown while the doctor runs."""


class LiveChecks:
    """A `doctor.diagnosis.Watcher` on standard error; shows nothing if that is not a terminal."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour
        self._checks: list[CheckResult] = []
        self._name = ""
        self._live: Live | None = None
        self._spinner: Spinner | None = None

    def __enter__(self) -> LiveChecks:
        if sys.stderr.isatty():
            from rich.live import Live
            from rich.spinner import Spinner

            self._spinner = Spinner("dots", style="cyan")
            self._live = Live(
                console=make_live_console(colour=self._colour),
                transient=True,
                get_renderable=self._draw_checks,
                refresh_per_second=12,
            )
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Remove the live display, before a question to the user or the report."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def begin_check(self, name: str) -> None:
        """Show the check that is running."""
        self._name = name

    def end_check(self, check: CheckResult) -> None:
        """Show the result of a check."""
        self._checks.append(check)

    def _draw_checks(self) -> RenderableType:
        from rich.console import Group
        from rich.text import Text

        rows: list[RenderableType] = []
        for check in self._checks[-SHOWN_CHECKS:]:
            mark, _, style = MARKS[check.status]
            text = Text.assemble((mark, style), f" {check.name}  ", (escape_text(check.subject), "cyan"))
            text.append(f"  {check.duration_ms} ms", "dim")
            text.no_wrap, text.overflow = True, "ellipsis"
            rows.append(text)
        if self._spinner is not None:
            self._spinner.update(text=Text(f" {self._name} ..."))
            rows.append(self._spinner)
        return Group(*rows)
