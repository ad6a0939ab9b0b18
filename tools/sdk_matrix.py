"""Writes docs/sdk-matrix.md from sdk_matrix_results.json: what the last runs of tests/matrix/run.py found."""

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("sdk_matrix_results.json")
PAGE = ROOT / "docs" / "sdk-matrix.md"
BEST_EFFORT = ("0.19.11",)

EXPECTED = {
    ("0.19.11", "registries"): "`Registry.name` carried the prefix then, and `full_name` carries it twice",
    ("0.19.11", "refusal_personal_entity"): "**a lie**: the link is never sent, the SDK prints an error, and returns "
    "what was in the collection before as if it had just been linked",
    ("0.19.11", "refusal_unknown_registry"): "the refusal is printed, not raised; `None` comes back",
    ("0.19.11", "refusal_type"): "**a lie**: the refusal is printed, and an older version comes back as if just linked",
    ("0.19.11", "refusal_wrong_organization"): "the refusal is printed, not raised; `None` comes back",
}
"""What is known not to work, and why. Below 0.21.2 no refused link is an exception."""

TRAITS = {
    "0.19.11": "best effort; the link leaves from wandb-core, and no refusal is raised",
    "0.21.4": "the oldest supported; asks what the server's types are (introspection); links through `requests`",
    "0.24.2": "the last for Python 3.8; no longer asks for the type of an artifact",
    "0.26.1": "the last that speaks GraphQL through `requests`; asks for no types at all",
    "0.27.2": "the first whose `wandb.Api` speaks through wandb-core too; errors without `HTTP nnn:`",
    "0.28.2": "the first without fallbacks for servers older than 0.70",
    "newest": "another default host since 0.31",
}

NOTICED = [
    "What to notice:",
    "",
    "- A link whose answer is cut is made, though the SDK raises. Look before you link again; 0.21.4",
    "  tries six times automatically, which results in one version.",
    "- 0.21.4 loses the words of a refusal with status 403: `Permission denied to access ENTITY/PROJECT/RUN`.",
    "- 0.31.0 waits ten seconds for wandb-core to link, which tries again in the meantime. Then the cause is lost:",
    "  `the service process is busy` may be a 503, a dropped connection or a server that hangs.",
]
"""Said of the table; look at it again when the table changes."""

SERVERS_NOTICED = [
    "On a server older than 0.70 the newest wandb links and then fails: it looks the link up in a way that the server",
    "does not know. The link is made (the ledger has it), and `run.link_artifact` raises.",
]
"""Said of the table of servers; likewise."""


def load() -> dict[str, Any]:
    """The results so far."""
    found: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    return found


def save(results: dict[str, Any]) -> None:
    """Keep the results, and write the page."""
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(render(results), encoding="utf-8")


def tidy(error: str) -> str:
    """An error without what differs from run to run."""
    error = re.sub(r"http://127\.0\.0\.1:\d+", "http://127.0.0.1:…", error)
    error = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:…", error)
    error = re.sub(r"0x[0-9a-f]{6,}", "0x…", error)
    error = re.sub(r"\b(port=)\d+", r"\1…", error)
    error = re.sub(r"team-a/p/[0-9a-z]{8}\b", "team-a/p/…", error)
    return re.sub(r"\s+", " ", error).strip()


def problems(results: dict[str, Any]) -> list[str]:
    """What should not be: a step of a supported wandb that fails, a program in trouble that does not end."""
    bad = [
        f"{sdk}: {step}: {detail}"
        for sdk, found in results.get("steps", {}).items()
        for step, detail in found["steps"].items()
        if detail and (sdk, step) not in EXPECTED
    ]
    for sdk, found in results.get("contract", {}).items():
        bad += [f"{sdk}: not answered: {each}" for each in found["unanswered"]]
    for sdk, cells in results.get("faults", {}).items():
        bad += [f"{sdk}: {cell}: {what}" for cell, found in cells.items() for what in found["problems"]]
    for sdk, found in results.get("errors", {}).items():
        bad += [f"{sdk}: explain, {name}: {what}" for name, what in found["wrong"].items()]
    return bad


def render(results: dict[str, Any]) -> str:
    """The page."""
    lines = [
        "# wandb by wandb",
        "",
        "What each version of `wandb` does with the emulator, as `python tests/matrix/run.py` found it the last time.",
        "Made from `tools/sdk_matrix_results.json`; not to be edited.",
        "",
        *_steps(results.get("steps", {})),
        *_contract(results.get("contract", {}), results.get("steps", {})),
        *_servers(results.get("servers", {}), results.get("steps", {})),
        *_faults(results.get("faults", {}), results.get("steps", {})),
        *_errors(results.get("errors", {})),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _errors(found: dict[str, Any]) -> list[str]:
    if not found:
        return []
    lines = [
        "## Errors, explained",
        "",
        "What goes wrong with a registry, one after another (`tests/matrix/errors.py`): `regilink explain` gets",
        "the whole traceback, and must put the right entry of the failure index first.",
        "",
        "| wandb | errors | different failures | led to another failure |",
        "|---|---|---|---|",
    ]
    for sdk in sorted(found, key=_order):
        wrong = ", ".join(sorted(found[sdk]["wrong"])) or "none"
        lines.append(f"| {found[sdk].get('wandb', sdk)} | {found[sdk]['errors']} | {found[sdk]['rows']} | {wrong} |")
    return [*lines, ""]


def _name(sdk: str, steps: dict[str, Any]) -> str:
    return str(steps.get(sdk, {}).get("wandb", sdk))


def _order(sdk: str) -> tuple[int, ...]:
    return tuple(int(part) for part in sdk.split(".")) if sdk[0].isdigit() else (999,)


def _steps(found: dict[str, Any]) -> list[str]:
    sdks = sorted(found, key=_order)
    if not sdks:
        return []
    notes: list[str] = []
    lines = [
        "## A registry, step by step",
        "",
        "Each in an environment of its own, against a fresh world. A step counts when what the SDK says is what the",
        "emulator's ledger has. The four refusals are to raise an error with W&B's words.",
        "",
        "| step | " + " | ".join(_name(sdk, found) for sdk in sdks) + " |",
        "|---|" + "---|" * len(sdks),
    ]
    for step in found[sdks[-1]]["steps"]:
        marks = []
        for sdk in sdks:
            detail = found[sdk]["steps"].get(step, "not reached")
            if detail is None:
                marks.append("✓")
                continue
            why = EXPECTED.get((sdk, step), f"`{tidy(detail)}`")
            notes.append(f"{_name(sdk, found)}, {step.replace('_', ' ')}: {why}")
            marks.append(f"✗ [{len(notes)}]")
        lines.append(f"| {step.replace('_', ' ')} | " + " | ".join(marks) + " |")
    lines += ["", *[f"{number}. {note}." for number, note in enumerate(notes, 1)], ""]
    lines += ["| wandb | what is special |", "|---|---|"]
    lines += [f"| {_name(sdk, found)} (Python {found[sdk]['python']}) | {TRAITS[sdk]} |" for sdk in sdks]
    lines += ["", "The words of a refusal, as each era shows them:", ""]
    for sdk in sdks:
        words = found[sdk]["words"].get("refusal_personal_entity")
        if words:
            lines.append(f"- {_name(sdk, found)}: `{words}`")
    return [*lines, ""]


def _contract(found: dict[str, Any], steps: dict[str, Any]) -> list[str]:
    if not found:
        return []
    lines = [
        "## What each may ask",
        "",
        "The documents of GraphQL in each wandb, in its Python files and in wandb-core, held against the emulator's",
        "schema. Left out are areas in which nothing links.",
        "",
        "| wandb | answered | left out | not answered |",
        "|---|---|---|---|",
    ]
    for sdk in sorted(found, key=_order):
        outside = ", ".join(f"{area} {number}" for area, number in found[sdk]["outside"].items()) or "none"
        unanswered = "; ".join(found[sdk]["unanswered"]) or "none"
        lines.append(f"| {_name(sdk, steps)} | {found[sdk]['answered']} | {outside} | {unanswered} |")
    return [*lines, ""]


def _servers(found: dict[str, Any], steps: dict[str, Any]) -> list[str]:
    if not found:
        return []
    notes: dict[str, int] = {}
    servers = list(next(iter(found.values())))
    sdks = sorted(found, key=_order)
    lines = [
        "## Old servers",
        "",
        'The same steps against the emulator as an old W&B Server (`World.server("0.70")`): all of them, or those that',
        "fail and what the SDK says.",
        "",
        "| server | " + " | ".join(_name(sdk, steps) for sdk in sdks) + " |",
        "|---|" + "---|" * len(sdks),
    ]
    for server in servers:
        marks = []
        for sdk in sdks:
            failed = {step: detail for step, detail in found[sdk][server].items() if detail}
            # A step that lacks what an earlier one was to make is no cause of its own.
            causes = [detail for detail in failed.values() if not detail.startswith("AttributeError: 'NoneType'")]
            numbers = sorted({notes.setdefault(tidy(detail), len(notes) + 1) for detail in causes})
            names = ", ".join(step.replace("_", " ") for step in failed)
            marks.append(f"✗ {names} " + ", ".join(f"[{number}]" for number in numbers) if failed else "✓")
        lines.append(f"| {server} | " + " | ".join(marks) + " |")
    lines += ["", *[f"{number}. `{note}`" for note, number in notes.items()], ""]
    return [*lines, *SERVERS_NOTICED, ""]


def _faults(found: dict[str, Any], steps: dict[str, Any]) -> list[str]:
    if not found:
        return []
    sdks = sorted(found, key=_order)
    longest = max(each["seconds"] for cells in found.values() for each in cells.values())
    lines = [
        "## The worst hour",
        "",
        "A program that begins a run, logs, links and ends, while one kind of request goes wrong all the time",
        "(`emulator.fault(KIND, OPERATION)`): where it ends, and with which error. wandb's own time-outs are set to 3",
        f"seconds, 20 for `wandb.init`. The longest program took {longest} seconds. In every case the emulator",
        "answered afterwards, and its ledger had the link exactly when it was made.",
        "",
        "| fault, at | " + " | ".join(_name(sdk, steps) for sdk in sdks) + " |",
        "|---|" + "---|" * len(sdks),
    ]
    for cell in found[sdks[-1]]:
        marks = [_ending(found[sdk].get(cell)) for sdk in sdks]
        lines.append(f"| {cell.replace(' ', ', ')} | " + " | ".join(marks) + " |")
    return [*lines, "", *NOTICED, ""]


def _ending(ending: dict[str, Any] | None) -> str:
    if ending is None:
        return "not run"
    text = f"{ending['step']}: `{_short(tidy(ending['error']))}`" if ending["error"] else "no error; linked"
    if ending["error"] and ending["linked"]:
        text += " (linked all the same)"
    elif ending["linked"] > 1:
        text += f" ({ending['linked']} attempts)"
    return text + "".join(f" **{problem}**" for problem in ending["problems"])


def _short(error: str, most: int = 160) -> str:
    error = error.replace("|", "\\|").replace("`", "'")
    return error if len(error) <= most else error[: most - 1] + "…"
