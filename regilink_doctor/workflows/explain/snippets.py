"""A pasted piece of code: read by the linter as it reads a file, or, where it is not whole Python, by its quotes."""

from __future__ import annotations

import ast
import re
import textwrap

from regilink_doctor.core import rule_codes
from regilink_doctor.core.naming import LEGACY_REGISTRY
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.records import replace
from regilink_doctor.core.target_path import is_known, parsed, read_snippet, show_unknown
from regilink_doctor.core.text import quote_text
from regilink_doctor.lint.engine import lint_bytes
from regilink_doctor.rules import rule_for
from regilink_doctor.workflows.explain import paths
from regilink_doctor.workflows.explain.error_context import REASON_OF_STATUS
from regilink_doctor.workflows.explain.explanation import Explanation, Wrong, causes_of
from regilink_doctor.workflows.explain.log_lines import read_words
from regilink_doctor.workflows.explain.tracebacks import IS_CODE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.core.target_path import TargetPath
    from regilink_doctor.core.targets import LinkTarget
    from regilink_doctor.lint.engine import FileReport

LIMIT = 100_000
"""A longer text is no snippet."""
MOST_OPEN = 5

_PROMPT = re.compile(r"^(?:>>> |\.\.\. ?|In \[\d*\]: )", re.MULTILINE)
_F_STRING = re.compile(r"\b[rR]?[fF][rR]?[\"']")
# What a name stands for that the snippet uses and does not define: method -> the object that has it.
_OBJECTS = {
    **dict.fromkeys(
        ("link_artifact", "link_model", "use_artifact", "use_model", "log_artifact", "log_model"), "wandb.init()"
    ),
    **dict.fromkeys(
        ("artifact", "artifacts", "artifact_exists", "create_registry", "registry", "registries"), "wandb.Api()"
    ),
    "link": 'wandb.Artifact("artifact", type="model")',
}

_ABOUT_OBJECTS = (rule_codes.IMPLICIT_ENTITY, rule_codes.IMPLICIT_RUN, rule_codes.DEFAULT_ENTITY_IN_API)
"""Rules about how a run, an artifact or an `Api` was made: not for the ones that the snippet does not make."""
_REPORTS_FAILURE = read_words("reports of a failure beside code or a name")
"""A word or sign that reports a failure, in a text that otherwise is code or a name."""
_COMMENT = re.compile(r"(?:^|\s)#[ \t]*(?P<said>[^\s#][^\n]*)$", re.MULTILINE)
_OUTPUT = re.compile(
    r"(?:[-=]*>\s*|(?:out(?:put)?|prints?|result|gives?|got|says|returns?|returned)\b:?\s*)*"
    r"(?!error:? (?:see\b|\#?\d+\s*$))"
    rf"(?:{read_words('what a program has printed').pattern}|[45]\d\d\W+(?:error\b|{REASON_OF_STATUS}))",
    re.IGNORECASE,
)
"""What a program printed, or what came of it, as people write it beside the code."""
_IS_REMARK = re.compile(
    r"\b(?:if|when|unless|handled?|todo|fixme|avoid|in case|should|must|don't|never|so that|because|instead|without)\b",
    re.IGNORECASE,
)
"""A comment that explains the code."""
_WORDS_AS_CODE = re.compile(r"[^\W_]+(?:: [^\W_]+)?")
_NAME = re.compile(r"wandb-registry-[^/\n]*/\S*|\S*/\S*")
_QUOTED = re.compile(r"""(["'`])[^"'`\n]*\1""")


def explain_code(text: str, view: OrganizationView | None = None) -> Explanation | None:
    """What the calls in a piece of Python come to; None when there are none."""
    if len(text) > LIMIT:
        return None
    code = textwrap.dedent(_PROMPT.sub("", text)).strip("\n")
    missing = code.count("(") - code.count(")")
    wholes = [code]
    # What was copied up to the end of a line is often a call without its end, or a statement without its body.
    if 0 < missing < MOST_OPEN:
        wholes.append(code + ")" * missing)
    if code.rstrip().endswith(":"):
        wholes.append(f"{code} pass")
    for whole in wholes:
        preamble, appendix = _complete(whole)
        lines_before = preamble.count("\n")
        lines = range(lines_before + 1, lines_before + whole.count("\n") + 2)
        report = lint_bytes("snippet.py", f"{preamble}{whole}\n{appendix}".encode(), view)
        sites = [site for site in report.sites if site.place.span.line in lines or appendix]
        sites = [site for site in sites if site.place.span.line > lines_before]
        if sites:
            return _of_code(report, sites, lines, view)
    return None


def explain_link(target: LinkTarget, view: OrganizationView | None = None) -> Explanation:
    """The path of a link in code; of one with unknown parts what is known of it."""
    if target.is_known:
        return paths.explain_known_link(target, view)
    facts = paths.examine(target, view)
    causes = causes_of(facts.failures)
    explanation = explain_unknown_path(target.path)
    return replace(explanation, codes=facts.codes, failures=facts.failures, wrong=facts.wrong, causes=causes)


def explain_unknown_path(string: StringValue) -> Explanation:
    """What is known of a path whose other parts only the program knows."""
    return _with_unknown_parts(Explanation("snippet", say("a path with unknown parts")), string)


def explain_quoted_path(text: str, view: OrganizationView | None = None) -> Explanation | None:
    """The registry path between quotes in what is not whole Python; None when there is none."""
    path = read_snippet(text) if len(text) <= LIMIT and not _F_STRING.search(text) else None
    if path is None:
        return None
    explanation = _of_path(path, view)
    if is_python(text):
        return explanation
    note = say("this is not valid Python: only the path between quotes is judged")
    return replace(explanation, notes=(note, *explanation.notes))


def is_python(text: str) -> bool:
    """Whether a text is whole Python, as the interpreter reads it."""
    try:
        ast.parse(textwrap.dedent(text).strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _complete(code: str) -> tuple[str, str]:
    """The lines that a snippet needs before it and after it to be a program.

    Before: the import of wandb, and what its undefined names certainly are. After: a link to the path that it only
    assigns to a name.
    """
    preamble = "" if "import wandb" in code else "import wandb\n"
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return preamble, ""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    defined = {node.id for node in names if isinstance(node.ctx, ast.Store)} | {"wandb", "self"}
    is_call = False
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        function = call.func
        if isinstance(function, ast.Name) and function.id in _OBJECTS and function.id not in defined:
            is_call = True
            preamble += f"{function.id} = {_OBJECTS[function.id]}.{function.id}\n"
            defined.add(function.id)
        if isinstance(function, ast.Attribute) and function.attr in _OBJECTS:
            is_call = True
            owner = function.value
            if isinstance(owner, ast.Name) and owner.id not in defined:
                preamble += f"{owner.id} = {_OBJECTS[function.attr]}\n"
                defined.add(owner.id)
    path = None if is_call else _assigned_path(tree)
    return preamble, f'wandb.init().link_artifact(wandb.Artifact("a", type="model"), {path})\n' if path else ""


def _assigned_path(tree: ast.Module) -> str | None:
    """The name that the last statement gives to a string with a registry in it."""
    for node in reversed(tree.body):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, (ast.JoinedStr, ast.BinOp))
            and "registry" in ast.unparse(node)
        ):
            return node.targets[0].id
    return None


def _of_code(report: FileReport, sites: Sequence[Site], lines: range, view: OrganizationView | None) -> Explanation:
    findings = [finding for finding in report.findings if _is_about_snippet(finding, lines)]
    wrong = tuple(
        Wrong(
            finding.code,
            finding.message,
            finding.note,
            finding.help,
            finding.place.span.line - lines.start + 1 if finding.place.span.line in lines else None,
        )
        for finding in findings
    )
    failures = tuple(dict.fromkeys(failure for one in wrong for failure in rule_for(one.code).failures))
    codes = tuple(dict.fromkeys(one.code for one in wrong))
    calls = ", ".join(dict.fromkeys(site.call for site in sites if site.place.span.line in lines))
    title = say("code that calls {calls}", calls=calls) if calls else say("code that puts a target path together")
    string = _main_string(sites)
    path = parsed(string.literal) if string is not None and string.literal is not None else None
    if path is not None and path.is_registry and path.prefix == LEGACY_REGISTRY:
        # `link_model` puts its own project before the name: a registry path after it is refused, and has no parts.
        causes = causes_of(failures)
        return Explanation("snippet", title, codes=codes, failures=failures, wrong=wrong, causes=causes)
    if string is not None and string.literal is not None:
        inner = _of_path(string.literal, view)
        return replace(
            inner,
            title=title,
            codes=codes or inner.codes,
            failures=failures or inner.failures,
            notes=inner.notes if not wrong else (),
            wrong=wrong or inner.wrong,
            causes=causes_of(failures, target=string.literal) or inner.causes,
        )
    explanation = Explanation("snippet", title, codes=codes, failures=failures, wrong=wrong, causes=causes_of(failures))
    return _with_unknown_parts(explanation, string) if string is not None else explanation


def _is_about_snippet(finding: Finding, lines: range) -> bool:
    """Whether a finding is about what was pasted, and not about what regilink has added to it."""
    if finding.place.span.line in lines:
        return finding.code not in _ABOUT_OBJECTS or lines.start <= 2
    return finding.place.span.line >= lines.stop and rule_for(finding.code).is_about_path


def _with_unknown_parts(explanation: Explanation, string: StringValue) -> Explanation:
    """The explanation with what is known of a path, and which parts only the program knows."""
    sources = ", ".join(dict.fromkeys(f"`{part.source}`" for _, part in string.unknown_parts))
    path = parsed(string.pattern)
    if path is None or not any(is_known(name) or len(name) > 1 for name in string.pattern.split("/")):
        return replace(
            explanation,
            notes=(
                say("the path is known only when the program runs: {sources}", sources=sources),
                say("print it before the call, and give regilink that string"),
            ),
        )
    known = {
        "organization": path.prefix if path.is_registry else None,
        "registry": path.registry,
        "collection": path.collection or None,
        "version_or_alias": path.version,
    }
    shown = show_unknown(string.pattern)
    return replace(
        explanation,
        **{name: value for name, value in known.items() if value and is_known(value)},
        notes=(
            say(
                "known only when the program runs: {sources}; the rest of {shown} is known",
                sources=sources,
                shown=quote_text(shown),
            ),
        ),
        parts=tuple(_shown_parts(path)),
    )


def _shown_parts(path: TargetPath) -> Iterator[tuple[str, str]]:
    for name, value in paths.parts_of(path):
        yield name, show_unknown(value) + ("" if is_known(value) else "   ({?} is unknown)")


def _main_string(sites: Sequence[Site]) -> StringValue | None:
    """The path that the explanation is about: of a link before one of a consumer, a known one before others."""
    strings = [string for kind in ("link", "consume") for site in sites if site.kind == kind for string in site.target]
    return next((string for string in strings if string.literal is not None), strings[0] if strings else None)


def _of_path(text: str, view: OrganizationView | None) -> Explanation:
    """The path inside a snippet; what the W&B App prints for pasting begins with the organization, which can go."""
    name = text.rpartition("/")[2]
    inner = paths.explain_path(text, "full-name" if ":" in name else "target-path", view)
    target = paths.without_organization(inner.target) if inner.target else None
    write = inner.write
    if target is not None and target != text and not write:
        write = (say("{code}; the organization in front can go", code=f'target_path="{target}"'),)
    return replace(
        inner, kind="snippet", title=join_phrases("", [say("a snippet with "), inner.title]), target=target, write=write
    )


def find_failed_line(text: str, *, is_python: bool) -> str | None:
    """The last line that reports a failure in a text that otherwise is code, a path or an address; None without one.

    Names in Python can be called `error`: there, only a line of one word, or of two with a colon, counts.
    """
    for line in reversed(text.splitlines()):
        reports = _REPORTS_FAILURE.search(_NAME.sub("", _QUOTED.sub("", line))) and not IS_CODE.search(line)
        if reports and (not is_python or _WORDS_AS_CODE.fullmatch(line)):
            return line.strip()
    return None


def read_comments(text: str) -> list[str]:
    """What the comments of Python or a shell say, one a line."""
    return [match["said"].rstrip() for match in _COMMENT.finditer(text)]


def find_output_in_comment(text: str) -> str | None:
    """What the last comment says that holds a failure which the program has printed; None without one."""
    said = reversed(read_comments(text))
    return next((words for words in said if _OUTPUT.match(words) and not _IS_REMARK.search(words)), None)
