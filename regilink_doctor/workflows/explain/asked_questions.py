"""Compare a question with those that were asked before, in asked.json, and with the entries of the failure index.

A question is compared by its words and by the groups of words that mean the same, which word_groups.json lists in
English and Japanese: `colleague`, `teammate` and `同僚` are one. To have a question recognized, add it to asked.json.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter, defaultdict
from functools import cache
from math import log, sqrt

from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.records import record
from regilink_doctor.languages import list_translations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_FOLDER = os.path.dirname(__file__)
ASKED = os.path.join(_FOLDER, "asked.json")
"""Questions by the failure they are about, and how-to questions by the page of W&B's docs that answers them."""
GROUPS = os.path.join(_FOLDER, "word_groups.json")
"""Group -> its English words and its Japanese ones. `_` is a space, which Japanese omits; `*` is any ending."""

_OF_GROUP = 2.5
"""Weight of a group: the meaning of a word counts more than the word."""
_OF_SECOND, _OF_ENTRY = 0.3, 0.3
"""Weights of the second most similar question, and of the entry of the failure."""
_OF_SENTENCE = 0.3
_FEWEST_FEATURES, _MOST_SENTENCES = 4, 12
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+|(?<=[\u3002\uff1f])|\n+")
_IN_TITLE, _IN_RECOGNIZE, _IN_HAPPENS, _IN_HELP = 1.0, 0.7, 0.5, 0.3
_COMMON = re.compile(
    "a|an|and|are|as|at|be|but|by|can|did|do|does|for|from|has|have|how|i|if|in|into|is|it|its|my|not|of|on|or|our|so"
    "|than|that|the|then|there|this|to|was|we|what|when|where|which|why|with|you|your"
)
_WORD = re.compile(r"[A-Za-z_][\w.-]*|\d+", re.ASCII)
_PART = re.compile(r"[._-]")
_PLAIN = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]+")
_SPACE = re.compile(r"\s+")
_ENDINGS = ("ing", "ies", "es", "ed", "s")
_SHORTEST_STEM = 3

_SHAPES = tuple(
    (re.compile(pattern, re.VERBOSE), group)
    for pattern, group in (
        (r"(?<![\w/:.-])(?!\S*registry)[\w.-]+/[\w.-]+/[\w.-]+:[A-Za-z][\w.-]*", "reads-from-project"),
        (r"""use_\w+\(["'][^"'\n:]*wandb-registry-[^"'\n:]*["']""", "reads-without-version"),
        (r"""\blink\w*\([^()\n]*["'](?:[^"'\n]*/)?wandb-registry-""", "links-to-registry"),
        (r"""\blink\w*\([^()\n]*["'](?![^"'\n]*wandb-registry-)[^"'\n]+/""", "links-elsewhere"),
        (r"""\blink\w*\([^()\n]*["'][^"'\n]+/[^"'\n]+:""", "links-to-version"),
        (r"wandb-registry-(?:[${<]|None\b|null\b)|\$\{\w+\}|\{\{", "unfilled-placeholder"),
        (r"([\w.-]+):v\d+\b(?s:.{1,400})wandb-registry-[\w-]+/\1:v\d+", "other-number"),
        (r"[\w-]+:v(\d+)\b[^?]{1,200}\bregistry\b[^?]{1,60}\bv(?!\1\b)\d+\b", "other-number"),
        (
            r"""(?:\A|[.?!]\s+)(?=[^?!\n]{0,150}\b(?:browser|website|site|wandb\.ai(?!/))\b)
                (?=[^?!\n]{0,150}(?:n't|\b(?:cannot|neither|never|not|too\ long|keeps)\b))
                (?=[^?!\n]{0,150}\b(?:open|respond|reach|loading)s?\b)""",
            "site-closed",
        ),
        (r"wandb\.Api\(\)\.runs?\b|\bapi\.runs?\(", "run-of-the-api"),
    )
)
"""Groups of a question by the form of a path or call in it."""

Features = frozenset[str]
"""The words of a question, and its groups, which begin with `#`."""


@record
class _Phrase:
    """Words in a row that belong to a group; the last one can have any ending."""

    words: tuple[str, ...]
    has_any_ending: bool
    group: str


@record
class _Vocabulary:
    """The phrases of all groups by their first word, prefixes by their first letters, and strings to search for."""

    phrases: Mapping[str, tuple[_Phrase, ...]]
    prefixes: Mapping[str, tuple[_Phrase, ...]]
    strings: tuple[tuple[str, str], ...]
    japanese: tuple[tuple[str, str], ...]


_LETTERS = 2
"""How many letters of a prefix are its key."""


@cache
def _vocabulary() -> _Vocabulary:
    with open(GROUPS, encoding="utf-8") as file:
        groups: dict[str, tuple[str, str]] = json.load(file)
    phrases: dict[str, list[_Phrase]] = defaultdict(list)
    prefixes: dict[str, list[_Phrase]] = defaultdict(list)
    strings, japanese = [], []
    for group, (english, other) in groups.items():
        for entry in english.lower().split():
            words = tuple(_PLAIN.findall(entry))
            if not entry[0].isalnum() or ":" in entry or entry == "n't":
                strings.append((entry.rstrip("*"), group))
            elif len(words) == 1 and entry.endswith("*"):
                prefixes[words[0][:_LETTERS]].append(_Phrase(words, True, group))
            else:
                phrases[words[0]].append(_Phrase(words, entry.endswith("*"), group))
        japanese += [(entry.replace("_", "").lower(), group) for entry in other.split()]
    return _Vocabulary(
        {first: tuple(listed) for first, listed in phrases.items()},
        {first: tuple(listed) for first, listed in prefixes.items()},
        tuple(strings),
        tuple(japanese),
    )


def find_groups(text: str) -> Features:
    """The groups of which a text has a word."""
    vocabulary = _vocabulary()
    lowered = text.lower().replace("\u2019", "'")
    words = _PLAIN.findall(lowered)
    groups = {group for string, group in vocabulary.strings if string in lowered}
    groups.update(group for pattern, group in _SHAPES if pattern.search(text))
    for place, word in enumerate(words):
        for phrase in vocabulary.prefixes.get(word[:_LETTERS], ()):
            if word.startswith(phrase.words[0]):
                groups.add(phrase.group)
        for phrase in vocabulary.phrases.get(word, ()):
            following = words[place : place + len(phrase.words)]
            is_whole = tuple(following) == phrase.words
            if is_whole or (phrase.has_any_ending and _begins(following, phrase.words)):
                groups.add(phrase.group)
    if _JAPANESE.search(text):
        joined = _SPACE.sub("", lowered)
        groups.update(group for string, group in vocabulary.japanese if string in joined)
    return frozenset(groups)


def _begins(words: list[str], phrase: tuple[str, ...]) -> bool:
    is_long_enough = len(words) == len(phrase)
    return is_long_enough and tuple(words[:-1]) == phrase[:-1] and words[-1].startswith(phrase[-1])


def _find_features(text: str) -> Features:
    return frozenset(_split(text)) | {f"#{group}" for group in find_groups(text)}


def _split(text: str) -> Iterator[str]:
    """The words without their endings, also the parts of a name; of Japanese each pair of adjacent characters."""
    for word in _WORD.findall(text):
        name = word.lower()
        yield from (_stem(part) for part in {name, *_PART.split(name)} if part and not _COMMON.fullmatch(part))
    for letters in _JAPANESE.findall(text):
        yield from (letters[start : start + 2] for start in range(len(letters) - 1))


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


@record
class _Index:
    """The questions that were asked, each with what it is about: a failure id, or the address of a page."""

    questions: tuple[tuple[str, Features], ...]
    entries: Mapping[str, Mapping[str, float]]
    """The weight of each word of a failure's entry."""
    weights: Mapping[str, float]
    """The weight of a word or group: the fewer questions have it, the higher."""
    lengths: tuple[float, ...]
    """The sum of the weights of each question."""
    rarest: float
    """The weight of a word that no question has."""


@cache
def _index() -> _Index:
    with open(ASKED, encoding="utf-8") as file:
        asked: dict[str, dict[str, list[str]]] = json.load(file)
    questions = tuple(
        (about, _find_features(text))
        for listed in (asked["failures"], asked["how_to"])
        for about, texts in listed.items()
        for text in texts
    )
    counts = Counter(word for _, features in questions for word in features)
    weights = {word: _weigh(word, log(1 + len(questions) / count)) for word, count in counts.items()}
    lengths = tuple(sum(weights[word] for word in features) for _, features in questions)
    rarest = _weigh("", log(1 + 2 * len(questions)))
    return _Index(questions, _read_entries(), weights, lengths, rarest)


def _weigh(word: str, rarity: float) -> float:
    return float((rarity * (_OF_GROUP if word.startswith("#") else 1.0)) ** 2)


def _read_entries() -> dict[str, dict[str, float]]:
    """The words of each failure's entry in every language, and how much each counts."""
    translations = list_translations("failures")
    entries = {}
    for failure in FAILURES.values():
        weighted = (
            (failure.title, _IN_TITLE),
            (failure.recognize, _IN_RECOGNIZE),
            (failure.happens, _IN_HAPPENS),
            (failure.help, _IN_HELP),
        )
        words: dict[str, float] = {}
        for text, weight in weighted:
            for shown in (text, *(translate(text) for translate in translations)):
                words = {**dict.fromkeys(_find_features(shown), weight), **words}
        entries[failure.id] = words
    return entries


def compare_with_asked(question: str) -> dict[str, float]:
    """Failure id, or address of a page -> how alike the question is to what was asked about it, 0 to about 3.

    In a longer text one sentence often says what it is about: the most similar sentence counts once more.
    """
    scores = _compare(_find_features(question))
    parts = dict.fromkeys(_find_features(part) for part in _SENTENCE_END.split(question)[:_MOST_SENTENCES])
    sentences = [features for features in parts if len(features) >= _FEWEST_FEATURES]
    if len(sentences) > 1:
        of_sentences = [_compare(features) for features in sentences]
        for about in {about for scored in of_sentences for about in scored}:
            best = max(scored.get(about, 0.0) for scored in of_sentences)
            scores[about] = scores.get(about, 0.0) + _OF_SENTENCE * best
        scores = {about: score / (1 + _OF_SENTENCE) for about, score in scores.items()}
    return scores


def share_of(groups: Iterable[str], question: str) -> float:
    """The share of some groups in the weight of a question, 0 to 1."""
    index = _index()
    length = _length(index, _find_features(question))
    return min(1.0, _length(index, frozenset(f"#{group}" for group in groups)) / length) if length else 0.0


def _length(index: _Index, features: Features) -> float:
    return sum(index.weights.get(word, index.rarest) for word in features)


def _compare(features: Features) -> dict[str, float]:
    index = _index()
    length = _length(index, features)
    if not length:
        return {}
    alike: dict[str, list[float]] = defaultdict(list)
    for (about, asked), asked_length in zip(index.questions, index.lengths, strict=True):
        if common := features & asked:
            alike[about].append(_length(index, common) / sqrt(length * asked_length))
    scores = {about: _join_two_best(shares) for about, shares in alike.items()}
    for failure_id, entry in index.entries.items():
        common_weight = sum(index.weights.get(word, index.rarest) * entry[word] for word in features if word in entry)
        scores[failure_id] = scores.get(failure_id, 0.0) + _OF_ENTRY * common_weight / length
    return scores


def _join_two_best(shares: Iterable[float]) -> float:
    best, second, *_ = (*sorted(shares, reverse=True), 0.0)
    return best + _OF_SECOND * second
