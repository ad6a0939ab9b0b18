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
from itertools import combinations, pairwise
from math import log, sqrt

from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.records import record
from regilink_doctor.languages import list_translations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

_FOLDER = os.path.dirname(__file__)
ASKED = os.path.join(_FOLDER, "asked.json")
"""Questions by the failure or the topic they are about, and some about other things."""
GROUPS = os.path.join(_FOLDER, "word_groups.json")
"""Group -> its English words and its Japanese ones. `_` is a space, which Japanese omits; `*` is any ending."""

_OF_GROUP = 2.5
"""Weight of a group: the meaning of a word counts more than the word."""
_SHARPNESS = 1.5
"""The exponent of a feature's weight: how much more a rare one counts."""
_OF_NEIGHBORS = (1.0, 0.4, 0.2, 0.1)
"""Weights of the most similar question of an answer, and of the next ones."""
_OF_ENTRY, _OF_EVIDENCE = 0.5, 0.15
"""Weights of the failure's entry, and of how much oftener the features occur in questions with that answer."""
_UNSEEN = 0.4
"""How many questions a feature is taken to occur in besides those that were asked, over all answers."""
_OF_SENTENCE = 0.5
_OF_FORM = 0.15
"""Taken off the scores of failures where a question only asks how, and of topics where it only reports a failure."""
_ASKS_HOW = re.compile(
    r"\b(?:how (?:do|can|to|2|should|would)|(?:can|could|may) (?:i|we|one)|(?:can|could) you (?:show|tell|give)"
    r"|is (?:there|it possible)|where (?:do|can|is|are)|what(?:'s| is| are| does| types)"
    r"|which|who|any (?:example|tutorial|way)|do i need|best way|i want"
    r"|would like|difference|possible to)\b|方法|たい|するには|ください|とは|どこ|できますか|違い",
    re.IGNORECASE,
)
_BEGINS_WITH_HOW = re.compile(
    r"\W*(?:how (?:to|do|can|should)|is there (?:a|any|some) way|is it possible|what is the (?:difference|best))\b"
    r"(?![^.?!\n]*\b(?:errors?|fail\w*|denied|cannot|can't|refus\w*|wrong|40[134])\b)",
    re.IGNORECASE,
)
"""A first sentence that asks how to do something and names no error; `not` may be part of what is wanted."""
_HAS_FAILED = re.compile(
    r"n't\b|\b(?:not|no|never|nothing|fail\w*|errors?|problems?|killed|crash\w*|broke\w*|wrong|cannot|denied|refus\w*"
    r"|missing|gone|lost|disappear\w*|stuck|hang\w*|although|though|but|still|instead|why|says|gives|got|get)\b"
    r"|(?<![分か]ら)ない|(?<![分か]り)ません|エラー|失敗|拒否|のに|なぜ|しまう|消え",
    re.IGNORECASE,
)
_PLAIN_WORD = re.compile(r"(?<![\w/.:'\"`$-])[A-Za-z]{5,15}(?![\w/(='\"`-]|[.:]\w)")
_SHORTEST_UNKNOWN, _SHORTEST_CORRECTED, _SHORTEST_SUBSTITUTED = 4, 5, 8
_FEWEST_FEATURES, _MOST_SENTENCES = 4, 12
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+|(?<=[\u3002\uff1f])|\n+")
_IN_RECOGNIZE = 0.7
"""Weight of a word of a failure's `recognize`; a word of its title has 1."""
_COMMON = re.compile(
    "a|an|and|are|as|at|be|but|by|can|did|do|does|for|from|has|have|how|i|if|in|into|is|it|its|my|not|of|on|or|our|so"
    "|than|that|the|then|there|this|to|was|we|what|when|where|which|why|with|you|your"
)
_WORD = re.compile(r"[A-Za-z_][\w.-]*|\d+", re.ASCII)
_PART = re.compile(r"[._-]")
_PLAIN = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]+")
_HIRAGANA = re.compile(r"[\u3040-\u309f]{2}")
"""Two hiragana, which are nearly always an ending or a particle."""
_HAS_HIRAGANA = re.compile(r"[\u3040-\u309f]")
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
_HAS_SHAPE = re.compile(r"[/(:{]|\b(?:browser|website|site)\b", re.IGNORECASE)
"""What every text with one of `_SHAPES` has."""

Features = frozenset[str]
"""The words of a question, its groups, which begin with `#`, and each two of its groups (`#delete#thing`)."""


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
    if _HAS_SHAPE.search(text):
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
    singles = _find_singles(text)
    groups = sorted(feature for feature in singles if feature[0] == "#")
    return singles.union([first + second for first, second in combinations(groups, 2)])


def _find_singles(text: str) -> Features:
    return frozenset((*_split(text), *(f"#{group}" for group in find_groups(text))))


def _split(text: str) -> Iterator[str]:
    """The words without their endings, also the parts of a name; of Japanese each pair of adjacent characters."""
    for word in _WORD.findall(text):
        name = word.lower()
        yield from (_stem(part) for part in {name, *_PART.split(name)} if part and not _COMMON.fullmatch(part))
    for letters in _JAPANESE.findall(text):
        pairs = (letters[start : start + 2] for start in range(len(letters) - 1))
        yield from (pair for pair in pairs if not _HIRAGANA.fullmatch(pair))


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


OTHER, UNCLEAR = "other", "unclear"
"""What a question is about that has nothing to do with W&B, or that does not say what it is about."""


@record
class Topic:
    """What people want to do: the page of W&B's documentation, what to write, and failures that are common there."""

    page: str
    write: tuple[str, ...]
    mistakes: tuple[str, ...]


@record
class _Index:
    """The questions that were asked, each with what it is about: a failure id, a topic's name, `OTHER` or `UNCLEAR`."""

    topics: Mapping[str, Topic]
    questions: tuple[tuple[str, Features], ...]
    by_feature: Mapping[str, Sequence[int]]
    """The numbers of the questions that have a word, group or pair."""
    entries: Mapping[str, Mapping[str, float]]
    """The weight of each word of a failure's entry."""
    weights: Mapping[str, float]
    """The weight of a word, group or pair: the fewer questions have it, the higher."""
    lengths: tuple[float, ...]
    """The sum of the weights of each question."""
    evidence: Mapping[str, Mapping[str, float]]
    """Of each feature, the answers that it speaks for, and how much."""
    start: Mapping[str, float]
    """The evidence for each answer without any feature."""
    rarest: float
    """The weight of a word that no question has."""
    words: Mapping[str, int]
    """How often each English word occurs in the questions."""


@cache
def _index() -> _Index:
    with open(ASKED, encoding="utf-8") as file:
        return _build_index(json.load(file))


def _build_index(asked: dict[str, Any]) -> _Index:
    texts = {**asked["failures"], **{name: topic["questions"] for name, topic in asked["how_to"].items()}}
    texts |= {OTHER: asked["other"], UNCLEAR: asked["unclear"]}
    questions = tuple((about, _find_features(text)) for about, listed in texts.items() for text in listed)
    by_feature: dict[str, list[int]] = defaultdict(list)
    for number, (_, features) in enumerate(questions):
        for feature in features:
            by_feature[feature].append(number)
    answers = {feature: Counter(questions[number][0] for number in by_feature[feature]) for feature in by_feature}
    weights = {feature: _weigh_feature(feature, counts, len(questions)) for feature, counts in answers.items()}
    evidence = {
        feature: {
            about: log(1 + count * len(questions) / (_UNSEEN * counts.total())) for about, count in counts.items()
        }
        for feature, counts in answers.items()
    }
    topics = {
        name: Topic(topic["page"], tuple(topic.get("write", ())), tuple(topic.get("mistakes", ())))
        for name, topic in asked["how_to"].items()
    }
    return _Index(
        topics,
        questions,
        by_feature,
        _read_entries(),
        weights,
        tuple(sum(weights[feature] for feature in features) for _, features in questions),
        evidence,
        {about: log(_UNSEEN / (len(listed) + _UNSEEN)) for about, listed in texts.items()},
        log(1 + 2 * len(questions)) ** _SHARPNESS,
        Counter(word for listed in texts.values() for text in listed for word in _PLAIN.findall(text.lower())),
    )


def find_topic(about: str) -> Topic | None:
    """The topic of that name; None for a failure."""
    return _index().topics.get(about)


def _weigh_feature(feature: str, answers: Counter[str], questions: int) -> float:
    """The weight of a feature: the fewer questions have it, and the fewer answers these have, the higher."""
    occurrences = answers.total()
    rarity = log(1 + questions / occurrences)
    is_group = feature.startswith("#") and "#" not in feature[1:]
    entropy = -sum(count / occurrences * log(count / occurrences) for count in answers.values())
    return float((rarity * (_OF_GROUP if is_group else 1.0)) ** _SHARPNESS) / (1 + entropy)


def _read_entries() -> dict[str, dict[str, float]]:
    """The words of each failure's title, and of how to recognize it, in every language, and how much each counts."""
    translations = list_translations("failures")

    def find_all(text: str) -> Features:
        return _find_singles("\n".join((text, *(translate(text) for translate in translations))))

    return {
        failure.id: {
            **dict.fromkeys(find_all(failure.recognize), _IN_RECOGNIZE),
            **dict.fromkeys(find_all(failure.title), 1.0),
        }
        for failure in FAILURES.values()
    }


def compare_with_asked(question: str) -> dict[str, float]:
    """Failure id, topic, `OTHER` or `UNCLEAR` -> how alike the question is to what was asked about it, 0 to about 2.

    Of a longer text the first sentence is a title and counts as much as the whole, and the most similar one counts too.
    """
    question = _correct_spelling(question)
    sentences = [part for part in _SENTENCE_END.split(question) if part.strip()][:_MOST_SENTENCES]
    compared = [_compare(_find_features(question))]
    if len(sentences) > 1:
        parts = [(part, _find_features(part)) for part in sentences]
        compared += [
            _compare(features)
            for number, (_, features) in enumerate(parts)
            if not number or len(features) >= _FEWEST_FEATURES
        ]
    whole, title = compared[0], compared[min(1, len(compared) - 1)]
    scores: dict[str, float] = {}
    for about in {about for part in compared for about in part}:
        best = max(part.get(about, 0.0) for part in compared)
        scores[about] = (whole.get(about, 0.0) + title.get(about, 0.0) + _OF_SENTENCE * best) / (2 + _OF_SENTENCE)
    asks_how = bool(_ASKS_HOW.search(question))
    has_failed = bool(_HAS_FAILED.search(question)) and not _BEGINS_WITH_HOW.match(question)
    if asks_how == has_failed:
        return scores
    unlikely = FAILURES.keys() if asks_how else _index().topics.keys()
    return {about: score - _OF_FORM if about in unlikely else score for about, score in scores.items()}


def _correct_spelling(text: str) -> str:
    """The text with each misspelled word replaced by the word of a question that differs by a letter or a swap."""
    return _PLAIN_WORD.sub(lambda match: _find_near_word(match[0].lower()) or match[0], text)


def count_features(text: str) -> int:
    """How many words and groups a text has."""
    return len(_find_singles(text))


def has_unknown_word(text: str) -> bool:
    """Whether the text has a word that no question has, and that is not misspelled; short words do not count."""
    words = {word for word in _PLAIN.findall(_correct_spelling(text).lower()) if len(word) >= _SHORTEST_UNKNOWN}
    pairs = {first + second for letters in _JAPANESE.findall(text) for first, second in pairwise(letters)}
    pairs = {pair for pair in pairs if not _HAS_HIRAGANA.search(pair)}
    return not (words <= _index().words.keys() and pairs <= _index().weights.keys())


def _find_near_word(word: str) -> str | None:
    """The most frequent word that is similar to one that no question has; None for a word that a question has."""
    index = _index()
    if word in index.words:
        return None
    near = {other for shape in _drop_letters(word) for other in _words_by_shape().get(shape, ())}
    near = {other for other in near if len(word) >= _SHORTEST_SUBSTITUTED or not _is_substituted(word, other)}
    return max(near, key=lambda other: (-abs(len(other) - len(word)), index.words[other], other), default=None)


def _is_substituted(word: str, other: str) -> bool:
    """Whether another letter is in place of one: often another word (`state`, `start`), and no mistake."""
    return len(word) == len(other) and sorted(word) != sorted(other)


@cache
def _words_by_shape() -> dict[str, list[str]]:
    shapes: dict[str, list[str]] = defaultdict(list)
    for word in _index().words:
        if len(word) >= _SHORTEST_CORRECTED:
            for shape in _drop_letters(word):
                shapes[shape].append(word)
    return shapes


def _drop_letters(word: str) -> set[str]:
    """The word, and the word without each of its letters: words with one of these in common are similar."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _length(index: _Index, features: Features) -> float:
    return sum(index.weights.get(word, index.rarest) for word in features)


def _compare(features: Features) -> dict[str, float]:
    """Answer -> how well it fits: similar questions, the words of the failure's entry, and the evidence of features."""
    index = _index()
    length = _length(index, features)
    if not length:
        return {}
    common: dict[int, float] = defaultdict(float)
    evidence: dict[str, float] = defaultdict(float)
    for feature in features:
        weight = index.weights.get(feature, 0.0)
        for number in index.by_feature.get(feature, ()):
            common[number] += weight
        for about, ratio in index.evidence.get(feature, {}).items():
            evidence[about] += sqrt(weight) * ratio
    alike: dict[str, list[float]] = defaultdict(list)
    for number, weight in common.items():
        alike[index.questions[number][0]].append(weight / sqrt(length * index.lengths[number]))
    whole = sum(sqrt(index.weights.get(feature, index.rarest)) for feature in features)
    scores = {about: _OF_EVIDENCE * (evidence[about] / whole + start) for about, start in index.start.items()}
    for about, shares in alike.items():
        scores[about] += sum(of * share for of, share in zip(_OF_NEIGHBORS, sorted(shares, reverse=True), strict=False))
    for failure_id, entry in index.entries.items():
        common_weight = sum(index.weights.get(word, index.rarest) * entry[word] for word in features if word in entry)
        scores[failure_id] = scores.get(failure_id, 0.0) + _OF_ENTRY * common_weight / length
    return scores
