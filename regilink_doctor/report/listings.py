"""What `lint` lists instead of findings: call sites, counts of the rules, the configuration in effect, a patch."""

from __future__ import annotations

import json

from regilink_doctor.core.files import to_slashes
from regilink_doctor.core.phrases import say
from regilink_doctor.core.records import group_pairs
from regilink_doctor.core.text import encoding_of, escape_text, mask_keys, mask_secrets, wrap_text
from regilink_doctor.report.locations import SEVERITIES, format_place
from regilink_doctor.workflows.explain.explanation import join_prose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from regilink_doctor.config import Config
    from regilink_doctor.core.findings import Finding
    from regilink_doctor.rules.base import Rule
    from regilink_doctor.workflows.lint import SiteReport


_JSON_FORMATS = ("json", "json-lines")


def list_sites(reports: Sequence[SiteReport], output_format: str) -> Iterator[str]:
    """`--show-sites`: a line for each call site with what its paths resolve to; `{"version", "sites"}` as JSON."""
    if output_format in _JSON_FORMATS:
        from regilink_doctor.report.json_values import VERSION, dump_json, site_value

        yield dump_json({"version": VERSION, "sites": [site_value(report.site, report.codes) for report in reports]})
        return
    for report in reports:
        site = report.site
        targets = mask_secrets(" | ".join(dict.fromkeys(text.display for text in site.target)))
        parts = (part for text in site.target for _, part in text.unknown_parts)
        # Without a reason, what the source does not tell is named with its place.
        written = (
            part.reason or f"{mask_secrets(part.source.partition(chr(10))[0])}, {format_place(part.place)}"
            for part in parts
        )
        reasons = "; ".join(dict.fromkeys(written))
        why = f"  (unknown: {escape_text(reasons)})" if reasons else ""
        codes = f"  [{', '.join(report.codes)}]" if report.codes else ""
        called = site.call or "value"  # of a configuration file
        yield f"{format_place(site.place)}: {called} {escape_text(targets)}".rstrip() + why + codes


def list_statistics(findings: Sequence[Finding], output_format: str) -> Iterator[str]:
    """`--statistics`: a line for each rule with the number of its findings, the most frequent first.

    As JSON `{"version", "statistics": [{"code", "name", "severity", "count", "fixable"}]}`.
    """
    by_code = group_pairs((finding.code, finding) for finding in findings)
    groups = sorted(by_code.items(), key=lambda item: (-len(item[1]), item[0]))
    if output_format in _JSON_FORMATS:
        from regilink_doctor.report.json_values import VERSION, dump_json

        values = [
            {
                "code": code,
                "name": group[0].name,
                "severity": group[0].severity,
                "count": len(group),
                "fixable": _count_fixes(group),
            }
            for code, group in groups
        ]
        yield dump_json({"version": VERSION, "statistics": values}, indent=None if output_format == "json-lines" else 2)
        return
    for code, group in groups:
        fixable = f"  ({_count_fixes(group)} with a fix)" if _count_fixes(group) else ""
        yield f"{len(group):>5}  {code}  {group[0].severity:<7}  {group[0].name}{fixable}"
    if groups:
        yield f"{len(findings):>5}  total"


def list_fixes(findings: Sequence[Finding]) -> Iterator[str]:
    """`--show-fixes`: for each file the rules whose findings were fixed, with their number."""
    by_path: dict[str, dict[str, int]] = {}
    for finding in findings:
        counts = by_path.setdefault(finding.place.path, {})
        name = f"{finding.code} {finding.name}"
        counts[name] = counts.get(name, 0) + 1
    for path, counts in sorted(by_path.items()):
        yield f"Fixed in {escape_text(path)}:"
        yield from (f"  {count} {name}" for name, count in counts.items())
    if not by_path:
        yield "Nothing was fixed."


def _count_fixes(findings: Sequence[Finding]) -> int:
    return sum(finding.fix is not None for finding in findings)


def list_settings(config: Config) -> Iterator[str]:
    """`--show-settings`: a comment with the file, then a line of TOML for every key that has a value."""
    from regilink_doctor.config.schema import KEYS

    yield f"# {escape_text(config.source)}" if config.source else "# no configuration file: defaults"
    for name in sorted(key.name for key in KEYS):
        value = getattr(config, name.replace("-", "_"))
        if value is not None:
            yield f"{name} = {mask_secrets(_to_toml(value))}"


def _to_toml(value: object) -> str:
    import json

    if isinstance(value, dict):
        return _to_inline_table(value)
    return json.dumps(value, ensure_ascii=False)  # TOML writes strings, lists of them and booleans as JSON does


def _to_inline_table(value: Mapping[str, object]) -> str:
    import json

    inside = ", ".join(f"{json.dumps(key, ensure_ascii=False)} = {_to_toml(item)}" for key, item in value.items())
    return f"{{ {inside} }}" if inside else "{}"


RULES_INTRODUCTION = (
    say("This page is the output of `regilink rules --output-format markdown`."),
    "",
    say(
        "- *error*: the link certainly fails, or goes to the wrong place. *warning*: it does so in the common case. "
        "*info*: advice."
    ),
    say("- *by the map*: `regilink map` checks it, over the whole tree or many."),
    say("- *pedantic*: the rule is off, unless you use `--pedantic` or select it by its code."),
    say(
        "- *by the doctor*: the rule needs the server, so only `regilink doctor` applies it. Its examples set up an "
        "emulated server."
    ),
    say("- *failures*: entries of the [failure index](failures.md); `regilink explain A1` shows one."),
    "",
    say(
        "No rule reports what the source does not show. Some rules find more with a [catalog](catalog.md), or with the "
        "tables of the [configuration](configuration.md)."
    ),
)

_WIDE = 120


def as_text(rules: Sequence[Rule], width: int | None = None, translate: Callable[[str], str] = str) -> str:
    """One line per rule: code, severity, name, subject; on a terminal of less than 120 columns the subject is below.

    `width`: columns of the terminal; None: there is none.
    """
    lines = []
    for rule in rules:
        name = f"{rule.code}  {rule.severity:<8} "
        if width is None or width >= _WIDE:
            first, *more = wrap_text(read_summary(rule, translate), width, 47)
            lines += [f"{name}{rule.name:<29} {first}", *(f"{'':<47}{line}" for line in more)]
        else:
            lines += [
                name + rule.name,
                *(f"{'':<8}{line}" for line in wrap_text(read_summary(rule, translate), width, 8)),
            ]
    return "\n".join(lines)


def as_json(rules: Sequence[Rule]) -> str:
    """`{"version": 1, "rules": [{"code", "name", "severity", "pedantic", "live", "failures", "summary", …}]}`.

    Then come the `documentation` and the examples, `bad` and `good`.
    """
    values = [
        {
            "code": rule.code,
            "name": rule.name,
            "severity": rule.severity,
            "pedantic": rule.pedantic,
            "live": rule.is_live,
            "failures": list(rule.failures),
            "summary": read_summary(rule),
            "documentation": rule.documentation,
            "bad": list(rule.bad),
            "good": list(rule.good),
        }
        for rule in rules
    ]
    return json.dumps({"version": 1, "rules": values}, indent=2)


def as_markdown(rules: Sequence[Rule], translate: Callable[[str], str] = str) -> str:
    """A page: the table, then a section for each rule."""
    lines = [f"# {translate('Rules')}", "", *map(translate, RULES_INTRODUCTION), ""]
    lines += [f"| {' | '.join(map(translate, _COLUMNS))} |", "|---|---|---|---|---|"]
    lines += [
        f"| [{rule.code}](#{rule.code.lower()}) | {rule.name} | {translate(describe_default(rule))} | "
        f"{', '.join(rule.failures)} | {read_summary(rule, translate)} |"
        for rule in rules
    ]
    for rule in rules:
        lines += ["", f'<a id="{rule.code.lower()}"></a>', *rule_section(rule, translate)]
    return "\n".join(lines)


_COLUMNS = (say("code"), say("name"), say("default"), say("failures"), say("what"))


def rule_section(rule: Rule, translate: Callable[[str], str] = str) -> list[str]:
    """The lines of a rule in Markdown."""
    return [f"## {rule.code}: {rule.name}", "", read_documentation(rule, translate)]


def describe_default(rule: Rule) -> str:
    """The severity of a rule, and what turns it on."""
    severity = SEVERITIES[rule.severity]
    if rule.is_live:
        return say("{severity}, by the doctor", severity=severity)
    if rule.is_about_map:
        return say("{severity}, by the map", severity=severity)
    return say("{severity}, pedantic", severity=severity) if rule.pedantic else severity


def read_documentation(rule: Rule, translate: Callable[[str], str] = str) -> str:
    """The documentation of a rule in Markdown: its docstring, then its examples."""
    lines = [rule.documentation]
    if translate is not str:
        lines = ["\n\n".join(map(translate, split_documentation(rule.documentation)))]
    for title, examples in ((say("Reported"), rule.bad), (say("Not reported"), rule.good)):
        if examples:
            lines += ["", f"{translate(title)}:", "", "```python", "\n\n".join(examples), "```"]
    return "\n".join(lines)


def split_documentation(documentation: str) -> list[str]:
    """The paragraphs of a docstring, each of prose on one line: a translation has its own."""
    return [join_prose(paragraph) for paragraph in documentation.split("\n\n")]


def read_summary(rule: Rule, translate: Callable[[str], str] = str) -> str:
    """The first paragraph of a rule's documentation, on one line."""
    return translate(split_documentation(rule.documentation)[0])


def diff_lines(path: str, before: bytes, after: bytes) -> Iterator[str]:
    """The lines of a unified diff that `patch` applies, without their ends; in a notebook those of its JSON.

    Names have slashes, as `git apply` wants. A key near a change is masked, as everywhere: there the patch fails.
    """
    from difflib import unified_diff

    old, new = (content.decode(encoding_of(content), errors="replace") for content in (before, after))
    name = escape_text(to_slashes(path))
    for line in unified_diff(_split_lines(old), _split_lines(new), name, name):
        yield mask_keys(line.removesuffix("\n"))
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _split_lines(text: str) -> list[str]:
    """The lines with their ends; a form feed or a lone carriage return ends none of them, as in `patch`."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]
