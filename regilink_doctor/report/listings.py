"""What `lint` lists instead of findings: call sites, counts of the rules, the configuration in effect."""

from __future__ import annotations

from regilink_doctor.core.text import escape_text, mask_secrets
from regilink_doctor.report.locations import format_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from regilink_doctor.config import Config
    from regilink_doctor.core.findings import Finding
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
        targets = mask_secrets(" | ".join(text.display for text in site.target))
        codes = f"  [{', '.join(report.codes)}]" if report.codes else ""
        yield f"{format_place(site.place)}: {site.call} {escape_text(targets)}".rstrip() + codes


def list_statistics(findings: Sequence[Finding], output_format: str) -> Iterator[str]:
    """`--statistics`: a line for each rule with the number of its findings, the most frequent first.

    As JSON `{"version", "statistics": [{"code", "name", "severity", "count", "fixable"}]}`.
    """
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
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


def _count_fixes(findings: Sequence[Finding]) -> int:
    return sum(finding.fix is not None for finding in findings)


def list_settings(config: Config) -> Iterator[str]:
    """`--show-settings`: a comment with the file, then a line of TOML for every key that has a value."""
    yield f"# {escape_text(config.source)}" if config.source else "# no configuration file: defaults"
    kinds = vars(type(config))
    for name in sorted({*kinds, *vars(config)}):
        value = getattr(config, name, None)
        is_key = not (name.startswith("_") or name in ("source", "folder") or isinstance(kinds.get(name), property))
        if is_key and isinstance(value, str | bool | tuple | dict):
            yield f"{name.replace('_', '-')} = {mask_secrets(_to_toml(value))}"


def _to_toml(value: object) -> str:
    import json

    if isinstance(value, dict):
        return _to_inline_table(value)
    return json.dumps(value, ensure_ascii=False)  # TOML writes strings, lists of them and booleans as JSON does


def _to_inline_table(value: Mapping[str, object]) -> str:
    import json

    inside = ", ".join(f"{json.dumps(key, ensure_ascii=False)} = {_to_toml(item)}" for key, item in value.items())
    return f"{{ {inside} }}" if inside else "{}"
