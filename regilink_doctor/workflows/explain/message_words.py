"""What an error of W&B reads like whose message is not known: its words are compared with those of all messages."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache
from math import log, sqrt

from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.records import record
from regilink_doctor.core.wandb_messages import WANDB_MESSAGES, list_sdk_sentences
from regilink_doctor.workflows.explain.question_model import find_groups, find_stem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FIELD = re.compile(r"\{\w*\}")
"""What a message leaves open."""
_WORD = re.compile(r"[A-Za-z][a-z]+|[A-Z]{2,}|[45]\d\d\b")
"""A word, each part of a name such as `LinkArtifactInput`, and an HTTP status."""
_PATH = re.compile(r"[^\s'\"]*/[^\s'\"]*|\bwandb-registry-[\w-]+")
"""A path, an address or the project of a registry: its words are names."""
_COMMON = re.compile(
    "a|an|and|are|as|at|be|but|by|can|for|from|has|have|if|in|is|it|its|of|on|or|so|than|that|the|then|this|to|was|were"
    "|will|with|you|your"
)
_FEWEST_COMMON = 3
"""Fewer words than these that messages have tell nothing."""
_OF_GROUP = 2.5
"""Weight of a group of words that mean the same: the meaning counts more than the word."""
_SHARPNESS = 1.5
"""The exponent of a feature's weight: how much more a rare one counts."""
_OF_NEIGHBORS = (1.0, 0.4, 0.2)
"""Weights of the most similar message of a failure, and of the next ones."""
_OF_EVIDENCE, _OF_ENTRY = 0.15, 0.5
"""Weights of how much oftener the words occur in messages of that failure, and of the words of its entry."""
_UNSEEN = 0.4
"""How many messages a word is taken to occur in besides those that are known, over all failures."""
_MOST, _LEAST, _CLEAR = 3, 0.42, 0.5
"""How many failures are named, the least score of the first, and how much better than every other one it must fit,
times the square root of the number of words. With these, three of four are right: of messages that were left out."""


@record
class _Index:
    """The messages by their words and groups of words."""

    messages: tuple[tuple[str, frozenset[str]], ...]
    """The failure and the features of each."""
    by_feature: Mapping[str, Sequence[int]]
    weights: Mapping[str, float]
    """The fewer messages have a feature, and the fewer failures these mean, the higher."""
    evidence: Mapping[str, Mapping[str, float]]
    """Of each feature, the failures that it speaks for, and how much."""
    start: Mapping[str, float]
    entries: Mapping[str, frozenset[str]]


def _find_features(text: str) -> frozenset[str]:
    words = (find_stem(word.lower()) for word in _WORD.findall(text))
    return frozenset(
        (*(word for word in words if not _COMMON.fullmatch(word)), *(f"#{group}" for group in find_groups(text)))
    )


@cache
def _index_messages() -> _Index:
    messages = tuple(
        (message.failure, _find_features(_FIELD.sub(" ", message.template)))
        for message in (*WANDB_MESSAGES, *list_sdk_sentences())
    )
    by_feature: dict[str, list[int]] = defaultdict(list)
    for number, (_, features) in enumerate(messages):
        for feature in features:
            by_feature[feature].append(number)
    failures = {feature: Counter(messages[number][0] for number in numbers) for feature, numbers in by_feature.items()}
    return _Index(
        messages,
        by_feature,
        {feature: _weigh_feature(feature, counts, len(messages)) for feature, counts in failures.items()},
        {
            feature: {
                failure: log(1 + count * len(messages) / (_UNSEEN * counts.total()))
                for failure, count in counts.items()
            }
            for feature, counts in failures.items()
        },
        {
            failure: log(_UNSEEN / (count + _UNSEEN))
            for failure, count in Counter(failure for failure, _ in messages).items()
        },
        {failure.id: _find_features(f"{failure.title} {failure.recognize}") for failure in FAILURES.values()},
    )


def _weigh_feature(feature: str, failures: Counter[str], messages: int) -> float:
    occurrences = failures.total()
    entropy = -sum(count / occurrences * log(count / occurrences) for count in failures.values())
    rarity = log(1 + messages / occurrences) * (_OF_GROUP if feature.startswith("#") else 1.0)
    return float(rarity**_SHARPNESS) / (1 + entropy)


def _score_failures(features: frozenset[str]) -> dict[str, float]:
    """Failure id -> how well it fits: similar messages, the evidence of the words, the words of its entry."""
    index = _index_messages()
    length = sum(index.weights.get(feature, 0.0) for feature in features)
    common: dict[int, float] = defaultdict(float)
    evidence: dict[str, float] = defaultdict(float)
    for feature in features & index.weights.keys():
        for number in index.by_feature[feature]:
            common[number] += index.weights[feature]
        for failure, ratio in index.evidence[feature].items():
            evidence[failure] += sqrt(index.weights[feature]) * ratio
    alike: dict[str, list[float]] = defaultdict(list)
    for number, weight in common.items():
        failure, others = index.messages[number]
        alike[failure].append(weight / sqrt(length * sum(index.weights[feature] for feature in others)))
    whole = sum(sqrt(index.weights.get(feature, 0.0)) for feature in features)
    return {
        failure: _OF_EVIDENCE * (evidence[failure] / whole + start)
        + sum(of * share for of, share in zip(_OF_NEIGHBORS, sorted(alike[failure], reverse=True), strict=False))
        + _OF_ENTRY * sum(index.weights.get(word, 0.0) for word in features & index.entries[failure]) / length
        for failure, start in index.start.items()
    }


def guess_failures(line: str, possible_failures: Sequence[str]) -> list[str]:
    """The failures that a line of an error reads like, likeliest first; empty where none is clear.

    Args:
        line: what W&B said.
        possible_failures: the failures that the rest of the text allows.
    """
    features = _find_features(_PATH.sub(" ", line))
    words = [feature for feature in features if not feature.startswith("#")]
    if sum(word in _index_messages().weights for word in words) < max(_FEWEST_COMMON, len(words) / 2):
        return []
    scores = {failure: score for failure, score in _score_failures(features).items() if failure in possible_failures}
    ranked = sorted(scores, key=lambda failure: -scores[failure])[:_MOST]
    if len(ranked) < _MOST or scores[ranked[0]] < _LEAST:
        return []
    clarity = (scores[ranked[0]] - scores[ranked[1]]) * sqrt(len(features))
    return ranked if clarity >= _CLEAR else []
