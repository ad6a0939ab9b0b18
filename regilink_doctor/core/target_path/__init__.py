"""The grammar of target paths: what a text is, what is wrong with it, and where a link would really go.

`grammar` splits as the SDK splits, `problems` names what is wrong with a text and where, `sdk` says what the SDK
makes of it, `app_urls` reads what people paste, `unknown` answers
questions about unknown parts.
"""

from regilink_doctor.core.target_path.grammar import (
    PathError,
    TargetPath,
    is_registry_project,
    misspelled_prefix,
    parse,
    parsed,
    registry_name,
)
from regilink_doctor.core.target_path.problems import problems
from regilink_doctor.core.target_path.sdk import LinkInput, SdkRefusal, sdk_link
from regilink_doctor.core.target_path.unknown import UNKNOWN_NAME, is_known, known_part, show_unknown

__all__ = [
    "UNKNOWN_NAME",
    "LinkInput",
    "PathError",
    "SdkRefusal",
    "TargetPath",
    "is_known",
    "is_registry_project",
    "known_part",
    "misspelled_prefix",
    "parse",
    "parsed",
    "problems",
    "registry_name",
    "sdk_link",
    "show_unknown",
]
