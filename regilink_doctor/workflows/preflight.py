"""`preflight`: the links of a training script checked against the live server before the training, in a second."""

from __future__ import annotations

import os
import re
import sys
import warnings
from pathlib import PurePath

from regilink_doctor.core import rule_codes
from regilink_doctor.core.origin import Code
from regilink_doctor.core.problems import Problem
from regilink_doctor.core.text import clean_message
from regilink_doctor.rules import rule_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    from regilink_doctor.core.check_result import CheckResult
    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.strings import KnownPart, StringValue
    from regilink_doctor.core.targets import LinkTarget
    from regilink_doctor.doctor.diagnosis import Diagnosis, UnknownLink
    from regilink_doctor.workflows.lint import LintResult

TIMEOUT = 3.0
"""Seconds for each request: a server that does not answer must not hold up a training."""

_ABOUT_THE_LINK = ("REG1", "REG2", "REG3", "REG4", "REG5", rule_codes.WRONG_CALL_SHAPE, "REG806", "REG807")
"""Code prefixes of problems that make a link fail or go elsewhere. Keys, network and SDK are other matters."""

_DOUBTS = ("target-path", "registry", "aliases")
"""Checks whose warnings are about a link that W&B may refuse, or put elsewhere."""

_OPEN_QUESTIONS = ("role", "artifact-type", "collection", "aliases")
"""Checks that, when skipped, leave open whether W&B accepts a link of which everything else is known."""

_MODES = (rule_codes.LINK_WHILE_OFFLINE, rule_codes.LINK_WHILE_DISABLED)
"""Rules of a mode in which nothing is linked, which may be meant."""

_LAUNCHERS = ("ipykernel_launcher.py", "colab_kernel_launcher.py", "pytest", "py.test")
"""Programs whose arguments are not those of the code that they run."""


class LinkError(Exception):
    """A link that W&B would refuse, or put elsewhere.

    `codes` are the rules and `failures` the failure ids, in the order of the message.
    """

    def __init__(self, message: str, codes: Sequence[str] = (), failures: Sequence[str] = ()) -> None:
        super().__init__(clean_message(message))
        self.codes = tuple(codes)
        self.failures = tuple(failures)


def preflight(*targets: str, type: str | None = None, entity: str | None = None, strict: bool = False) -> None:
    """Check links against the live server, as the first line of a training script. It never starts a run.

    It makes two requests at most. What cannot be checked (a server that does not answer, no
    API key, a path that is not known yet) is a warning.

    Args:
        targets: target paths; none: those of the links in the file that calls.
        type: the type of the artifacts, where code does not say it.
        entity: the entity of the run, where it is not that of the code, the environment or the account.
        strict: raise also for what cannot be checked.

    Raises:
        LinkError: W&B would refuse a link, or put it elsewhere; the message says why and what to write.
    """
    from regilink_doctor.workflows.diagnose import diagnose

    caller = sys._getframe(1)
    if caller.f_code.co_name == "<module>" and caller.f_globals.get("__name__") == "__mp_main__":
        return  # a process of multiprocessing imports the script again, which has been checked
    _refuse_other_types(targets, type=type, entity=entity)
    source = None if targets else _lint_caller()
    links = list(targets) if source is None else _read_links(source)
    if not links:
        what = "no link in the file that calls preflight()"
        if _file_of_caller() is None:
            what = "preflight() is called by no file that can be read, as in the cells of some notebooks"
        _report_unchecked(f"{what}; give it the target paths", strict=strict)
        return
    diagnosis = diagnose(links, artifact_type=type, entity=entity, timeout=TIMEOUT, probe=False)
    problems = [check for check in diagnosis.of("fail") if (check.code or "").startswith(_ABOUT_THE_LINK)]
    problems += [check for check in diagnosis.of("warn") if check.name == "destination"]
    doubts = [check for check in diagnosis.of("warn") if check.name in _DOUBTS]
    if strict:
        problems += doubts
    if problems:
        raise LinkError(
            _describe(problems),
            list(dict.fromkeys(check.code for check in problems if check.code)),
            list(dict.fromkeys(failure for check in problems for failure in check.failures)),
        )
    for check in doubts:
        warnings.warn(clean_message(f"regilink: {_describe([check])}"), stacklevel=2)
    modes = [_describe_finding(finding) for finding in source.findings if finding.code in _MODES] if source else []
    for reason in [*modes, *_unchecked(diagnosis, {check.subject for check in doubts})]:
        _report_unchecked(reason, strict=strict, are_some_checked=diagnosis.links.checked > 0)


def _refuse_other_types(targets: Sequence[object], **names: object) -> None:
    """Raise for a target path, or another name, that is not a string: `os.getenv` gives None for an unset variable."""
    for name, value in names.items():
        if value is not None and not isinstance(value, str):
            raise LinkError(f"{name}= is of type {value.__class__.__name__}, not a string", failures=("F22",))
    code = rule_codes.WRONG_CALL_SHAPE
    for target in targets:
        if isinstance(target, str):
            continue
        path = target.as_posix() if isinstance(target, PurePath) else ""
        facts = {"type": target.__class__.__name__, "path": path}
        kind = "none" if target is None else "path-type"
        message = rule_for(code).explain(Problem(code, kind=kind, facts=facts))
        is_several = isinstance(target, (list, tuple, set))
        what = "give each path as an argument of its own: preflight(*paths)" if is_several else message.help
        raise LinkError(f"{message.summary} [{code}]\n  {what}", (code,), ("A18",))


def _file_of_caller() -> str | None:
    """The file of the first caller outside of this module: a script, or the notebook whose cell calls, as saved."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename == __file__ and frame.f_back is not None:
        frame = frame.f_back
    path = frame.f_code.co_filename
    if os.path.isfile(path):
        return path
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        return None
    from regilink_doctor.workflows.notebook import find_notebook

    return find_notebook(shell)


def _lint_caller() -> LintResult | None:
    """What lint finds in the file of the first caller outside of this module; None where there is no such file.

    Raises:
        LinkError: a link in it fails, whatever the server says.
    """
    from regilink_doctor.doctor.checks.versions import CODE_ALONE
    from regilink_doctor.workflows.lint import lint_paths

    path = _file_of_caller()
    if path is None:
        return None
    result = lint_paths([path], all_sites=True)
    certain = [
        finding
        for finding in result.findings
        if finding.severity == "error" and finding.code in CODE_ALONE and finding.code not in _MODES
    ]
    if certain:
        codes = dict.fromkeys(finding.code for finding in certain)
        failures = dict.fromkeys(failure for finding in certain for failure in finding.failures)
        raise LinkError("\n".join(map(_describe_finding, certain)), list(codes), list(failures))
    return result


def _describe_finding(finding: Finding) -> str:
    message = f"line {finding.place.span.line}: {finding.message} [{finding.code}]"
    return f"{message}\n  {finding.help}" if finding.help else message


def _read_links(source: LintResult) -> list[LinkTarget]:
    """The links of the source, with the values that their strings have in the running program."""
    from regilink_doctor.core.targets import change_link_strings, target_combinations

    sites = [report.site for report in source.sites]
    links = target_combinations(sites, in_sweep="WANDB_SWEEP_ID" in os.environ, set_by="machine")
    return [change_link_strings(link, _read_string) for link in links]


def _read_string(string: StringValue) -> StringValue:
    """The string in the running program: with its environment, and unknown where an argument gives it."""
    return string.read_variables(os.environ).forget_arguments(_is_given)


def _is_given(part: KnownPart) -> bool:
    """Whether the program's command line may give a default, or a key of a configuration, another value.

    `--to x`, `--to=x`, `-t x`, `--regis x` for `--registry`, `out.to=x`; a word of its own may be any argument.
    """
    program, *arguments = sys.argv or [""]
    if os.path.basename(program) in _LAUNCHERS:
        return False
    default = (part.default_of or "").lstrip("-").replace("-", "_").rpartition(".")[2]
    previous = ""
    for argument in arguments:
        word, is_assigned, _ = argument.lstrip("-+~").replace("-", "_").partition("=")
        key = word.rpartition(".")[2]
        if is_assigned and key in part.names:
            return True
        if default and argument.startswith("-") and (key == default or (word and default.startswith(word))):
            return True
        is_word = not argument.startswith("-") and not is_assigned
        # After an option it is most often that one's value, but not what looks like the default.
        is_alike = "/" in argument and "/" in part.text and not argument.startswith(("/", ".", "~"))
        if default and is_word and (is_alike or not previous.startswith("-")):
            return True
        previous = argument
    return False


def _describe(problems: Sequence[CheckResult]) -> str:
    lines = []
    for check in problems:
        said = ": ".join(filter(None, [check.subject, check.message]))
        lines.append(f"{said} [{check.code}]" if check.code else said)
        lines += [f"  {line}" for line in (check.help or "").splitlines()]
    codes = " ".join(dict.fromkeys(check.code for check in problems if check.code))
    return "\n".join([*lines, f"  `regilink explain {codes}` says more"] if codes else lines)


def _unchecked(diagnosis: Diagnosis, reported: Set[str | None]) -> list[str]:
    """Why links could not be checked, without those `reported`, and without repetition."""
    reasons = [check.message for check in diagnosis.of("crash")]
    modes = (check for check in diagnosis.of("warn") if check.name == "mode")
    # The last line is about the doctor's report.
    reasons += [": ".join([check.message, *(check.note or "").splitlines()[:-1]]) for check in modes]
    unknown = {link.target for link in diagnosis.links.unknown} | reported
    skipped = (check for check in diagnosis.of("skip") if check.name in _OPEN_QUESTIONS and not check.blocked_by)
    reasons += [f"{check.subject}: {check.message}" for check in skipped if check.subject not in unknown]
    failed = [check for check in diagnosis.of("fail") if check.code]
    if not diagnosis.links.unknown:  # of a server that answers oddly, nothing is believed
        failed = [check for check in failed if check.code == rule_codes.NOT_WANDB]
    reasons += [
        f"{check.message} [{check.code}]" + (f"\n  note: {check.note}" if check.note else "") for check in failed
    ]
    if diagnosis.links.unknown and not failed:
        reasons += [_describe_unknown(link) for link in diagnosis.links.unknown if link.target not in reported]
    # The options of the command that a reason names are arguments of `preflight`.
    return [re.sub(r"--(type|entity)\b", r"\1=", reason) for reason in dict.fromkeys(reasons)]


def _describe_unknown(link: UnknownLink) -> str:
    if not link.expressions:
        return f"{link.target}: {link.reason}"
    place = link.origin.line if isinstance(link.origin, Code) else link.target
    names = " and ".join(f"`{expression}`" for expression in link.expressions)
    return f"{place}: {names} is known only when the program runs; give the whole path to preflight()"


def _report_unchecked(reason: str, *, strict: bool, are_some_checked: bool = False) -> None:
    message = f"regilink could not check {'every link' if are_some_checked else 'the links'}: {reason}"
    if strict:
        raise LinkError(message)
    warnings.warn(clean_message(message), stacklevel=3)
