"""The codes of the rules by their names. Written by `tools/make_rule_index.py`.

`core` names the rules that word what it finds, and knows no more of them.
"""

from __future__ import annotations


def _code(number: int) -> str:
    return f"REG{number:03}"


UNPARSABLE_FILE = _code(0)
UNUSED_SUPPRESSION = _code(1)
INTERNAL_ERROR = _code(2)
INVALID_SUPPRESSION = _code(3)
MISSING_REGISTRY_PREFIX = _code(101)
MISSING_COLLECTION = _code(102)
TOO_MANY_PARTS = _code(103)
MISSPELLED_PREFIX = _code(104)
EMPTY_NAME = _code(105)
UNFILLED_PLACEHOLDER = _code(106)
VERSION_IN_TARGET = _code(107)
URL_AS_TARGET = _code(108)
DOUBLED_PREFIX = _code(109)
INVALID_NAME = _code(110)
STRAY_SEPARATOR = _code(111)
LEGACY_MODEL_REGISTRY = _code(112)
NONE_IN_PATH = _code(113)
IMPLICIT_ENTITY = _code(201)
TEAM_AS_ORGANIZATION = _code(202)
PERSONAL_ENTITY = _code(203)
ORGANIZATION_AS_ENTITY = _code(204)
ENTITY_IGNORED_IN_SWEEP = _code(205)
IMPLICIT_RUN = _code(206)
UNKNOWN_ENTITY = _code(207)
DEFAULT_ENTITY_IN_API = _code(208)
RUN_IN_REGISTRY = _code(209)
UNKNOWN_REGISTRY = _code(301)
REGISTRY_DISPLAY_NAME = _code(302)
UNKNOWN_ORGANIZATION = _code(303)
NO_WRITE_ACCESS = _code(304)
UNKNOWN_COLLECTION = _code(305)
TYPE_NOT_ALLOWED = _code(401)
COLLECTION_TYPE_CONFLICT = _code(402)
RESERVED_TYPE = _code(403)
INVALID_ARTIFACT_NAME = _code(405)
CONSUMED_TYPE_MISMATCH = _code(406)
INVALID_ALIAS = _code(501)
VERSION_AS_ALIAS = _code(502)
PROTECTED_ALIAS = _code(507)
WRONG_SCHEME = _code(509)
LINK_WHILE_OFFLINE = _code(601)
LINK_WHILE_DISABLED = _code(602)
LINK_AFTER_FINISH = _code(603)
SWALLOWED_LINK_ERROR = _code(604)
WRONG_CALL_SHAPE = _code(607)
ACTIVE_RUN_REUSED = _code(609)
DRAFT_PROPERTY = _code(610)
SDK_TOO_OLD = _code(701)
ORGANIZATION_VARIABLE = _code(703)
HARD_CODED_API_KEY = _code(704)
HOST_UNREACHABLE = _code(801)
CREDENTIALS_MISSING = _code(802)
CREDENTIALS_REJECTED = _code(803)
NOT_WANDB = _code(804)
SERVER_TOO_OLD = _code(805)
SOURCE_NOT_VISIBLE = _code(806)
SERVICE_ACCOUNT = _code(807)
CATALOG_DRIFT = _code(808)
WRITE_PROBE_FAILED = _code(809)
SERVER_ERROR = _code(810)

ALSO_FOUND_BY: dict[str, tuple[str, ...]] = {
    "B5": ("REG903",),
    "D2": ("REG901", "REG904", "REG905"),
}
"""Failure -> rules that find it, beside those that its entry names."""
