"""What a question is about, told by weights that were learned from questions with a known answer.

A question is taken apart into features: its words, each two words in a row, parts of words, and the groups of words
that mean the same, which word_groups.json lists in English and Japanese: `colleague`, `teammate` and `同僚` are one.
Each feature has a weight for some answers; the sum of the weights says how well an answer fits.

tools/train_questions.py works the weights out from tools/asked.json and writes question_weights.json. To have a
question recognized, add it to tools/asked.json and run that program.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from base64 import b64decode
from collections import defaultdict
from functools import cache
from itertools import accumulate, combinations, pairwise
from math import exp, sqrt

from regilink_doctor.core.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

_FOLDER = os.path.dirname(__file__)
WEIGHTS = os.path.join(_FOLDER, "question_weights.json")
"""What the training wrote. Of each feature: its rarity, for how many answers it has a weight, these and the weights."""
TOPICS = os.path.join(_FOLDER, "topics.json")
"""What people want to do with W&B, by the name of the topic."""
GROUPS = os.path.join(_FOLDER, "word_groups.json")
"""Group -> its English words and its Japanese ones. `_` is a space, which Japanese omits; `*` is any ending."""

_OTHER_LANGUAGES = os.path.join(_FOLDER, "other_languages.json")
"""Words of languages other than English and Japanese, and what systems say in them, with the same in English."""

RARITY_STEPS = 16
"""How many steps of a stored rarity are one."""
_PART_LENGTHS, _JAPANESE_LENGTHS = (4,), (1, 2, 3)
"""How many characters the parts of an English word, and of Japanese, have."""
_WORD = re.compile(r"[A-Za-z_][\w.-]*|\d+", re.ASCII)
_PART = re.compile(r"[._-]")
_PLAIN = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]+")
_SPACE = re.compile(r"\s+")
_ENDINGS = ("ing", "ies", "es", "ed", "s")
_SHORTEST_STEM = 3
_WORD_OF_SENTENCE = re.compile(r"(?<![\w/.:'\"`$-])[A-Za-z]{5,15}(?![\w/(='\"`-]|[.:]\w)")
"""A word that is not a part of a path or of a call, and long enough to see that it is misspelled."""
_SHORTEST_CORRECTED, _SHORTEST_SUBSTITUTED = 5, 8

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
def _read_vocabulary() -> _Vocabulary:
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


def find_groups(text: str) -> frozenset[str]:
    """The groups of which a text has a word."""
    vocabulary = _read_vocabulary()
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


def find_features(text: str) -> frozenset[str]:
    """The words of a text, each two in a row, parts of words (`~art`), groups (`#alias`) and each two of its groups."""
    words = list(_split_words(text))
    features = {*words, *(f"{first} {second}" for first, second in pairwise(words))}
    lowered = text.lower()
    for word in _PLAIN.findall(lowered):
        features.update(f"~{part}" for part in _cut_parts(f" {word} ", _PART_LENGTHS))
    for letters in _JAPANESE.findall(lowered):
        features.update(_cut_parts(letters, _JAPANESE_LENGTHS))
    groups = [f"#{group}" for group in sorted(find_groups(text))]
    return frozenset((*features, *groups, *(first + second for first, second in combinations(groups, 2))))


def _split_words(text: str) -> Iterator[str]:
    """The words without their endings; of a name with dots or hyphens also its parts."""
    for word in _WORD.findall(text.lower()):
        yield from (find_stem(part) for part in dict.fromkeys((word, *_PART.split(word))) if part)


def _cut_parts(word: str, lengths: tuple[int, ...]) -> Iterator[str]:
    for length in lengths:
        yield from (word[start : start + length] for start in range(len(word) - length + 1))


def find_stem(word: str) -> str:
    """The word without its ending."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


OTHER, UNCLEAR = "other", "unclear"
"""What a question is about that has nothing to do with W&B, or that does not say what it is about."""
UNLISTED = ("app", "bug", "hang", "unlogged")
"""What people tell that no failure and no topic is about: W&B's pages in the browser, a call that does something else
than expected or wished, a program that stands still or runs out of memory, data that does not arrive."""


@record
class Topic:
    """What people want to do: the page of W&B's documentation, what to write, and failures that are common there.

    `answer` is what W&B does, where people ask that; else empty.
    """

    page: str
    answer: str
    write: tuple[str, ...]
    mistakes: tuple[str, ...]


@cache
def list_topics() -> dict[str, Topic]:
    """Every topic by its name."""
    with open(TOPICS, encoding="utf-8") as file:
        return {
            name: Topic(
                topic["page"], topic.get("answer", ""), tuple(topic.get("write", ())), tuple(topic.get("mistakes", ()))
            )
            for name, topic in json.load(file).items()
        }


def find_topic(about: str) -> Topic | None:
    """The topic of that name; None for a failure."""
    return list_topics().get(about)


@record
class _Model:
    """The weights: each feature's number, its rarity, and where its answers and their weights are in the long rows."""

    answers: tuple[str, ...]
    start: tuple[float, ...]
    """The sum of each answer without any feature."""
    step: float
    """What one step of a stored weight is, made sharp enough that the exponents of the sums are probabilities."""
    numbers: Mapping[str, int]
    rarities: bytes
    places: tuple[int, ...]
    answers_of: bytes
    weights: bytes


@cache
def _read_model() -> _Model:
    with open(WEIGHTS, encoding="ascii") as file:
        stored = json.load(file)
    places = tuple(accumulate(_decompress(stored["counts"]), initial=0))
    features = _decompress(stored["features"]).decode("utf-8").split("\n")
    return _Model(
        tuple(stored["answers"]),
        tuple(stored["start"]),
        stored["step"],
        {feature: number for number, feature in enumerate(features)},
        _decompress(stored["rarities"]),
        places,
        _decompress(stored["answers_of"]),
        _decompress(stored["weights"]),
    )


def _decompress(stored: str) -> bytes:
    return zlib.decompress(b64decode(stored))


def rank_answers(question: str) -> list[tuple[str, float]]:
    """What a question is about, likeliest first, and how probable each is: failures, topics, `OTHER`, `UNCLEAR`."""
    model = _read_model()
    sums = [0.0] * len(model.answers)
    length = 0.0
    for feature in find_features(question):
        number = model.numbers.get(feature)
        if number is None:
            continue
        rarity = model.rarities[number] / RARITY_STEPS
        length += rarity * rarity
        for place in range(model.places[number], model.places[number + 1]):
            sums[model.answers_of[place]] += rarity * (model.weights[place] - 128)
    scale = model.step / sqrt(length) if length else 0.0
    scores = [start + scale * total for start, total in zip(model.start, sums, strict=True)]
    highest = max(scores)
    shares = [exp(score - highest) for score in scores]
    whole = sum(shares)
    return sorted(
        ((answer, share / whole) for answer, share in zip(model.answers, shares, strict=True)),
        key=lambda ranked: -ranked[1],
    )


_SCRIPTS = (
    ("", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7a3]{2}")),
    ("ru", re.compile(r"[\u0430-\u044f]{3}")),
    ("zh", re.compile(r"[\u4e00-\u9fff]{2}")),
)
"""The languages that their letters tell, and Japanese."""
_OTHER_LETTERS = re.compile(r"[^\x00-\x7f]+")


@cache
def _read_other_languages() -> dict[str, Any]:
    with open(_OTHER_LANGUAGES, encoding="utf-8") as file:
        tables: dict[str, Any] = json.load(file)
    return tables


def find_language(text: str) -> str:
    """The language of a text by its letters or most frequent words; empty for English, Japanese and one not known."""
    for language, letters in _SCRIPTS:
        if letters.search(text):
            return language
    tables = _read_other_languages()
    words = set(re.findall(r"[^\W\d_]+", text.lower()))
    english = len(words & {*tables["signs of English"].split()})
    counts = {language: len(words & {*signs.split()}) for language, signs in tables["signs"].items()}
    language = max(counts, key=lambda language: counts[language])
    return language if counts[language] > max(english, 1) else ""


@cache
def _compile_words(language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    words: dict[str, str] = _read_other_languages()["words"][language]
    longest_first = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    is_latin = language in _read_other_languages()["signs"]
    return re.compile(rf"\b({longest_first})\w*" if is_latin else f"({longest_first})", re.IGNORECASE), words


def translate_words(text: str) -> str:
    """What is known of a text in another language, in English; other texts as they are."""
    if not (language := find_language(text)):
        return text
    pattern, words = _compile_words(language)
    translated = pattern.sub(lambda match: f" {words[match[1].lower()]} ", text)
    return " ".join(_OTHER_LETTERS.sub(" ", translated).split())


@cache
def _list_system_messages() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(words), english) for words, english in _read_other_languages()["what systems say"])


def translate_system_messages(text: str) -> str:
    """The text where what shells and operating systems say in other languages is in English."""
    for pattern, english in _list_system_messages():
        text = pattern.sub(lambda match: english.format(name="".join(filter(None, match.groups()))), text)  # noqa: B023
    return text


def correct_spelling(text: str) -> str:
    """The text with words that are not known replaced by one that is and differs by a letter or a swap."""
    return _WORD_OF_SENTENCE.sub(lambda match: _find_near_word(match[0].lower()) or match[0], text)


def _find_near_word(word: str) -> str | None:
    """The most frequent word that is similar to one without weights; None for a word that has them."""
    model = _read_model()
    if find_stem(word) in model.numbers:
        return None
    near = {other for shape in _drop_letters(word) for other in _words_by_shape().get(shape, ())}
    near = {other for other in near if len(word) >= _SHORTEST_SUBSTITUTED or not _is_substituted(word, other)}
    return max(
        near,
        key=lambda other: (-abs(len(other) - len(word)), -model.rarities[model.numbers[other]], other),
        default=None,
    )


def _is_substituted(word: str, other: str) -> bool:
    """Whether another letter is in place of one: often another word (`state`, `start`), and no mistake."""
    return len(word) == len(other) and sorted(word) != sorted(other)


@cache
def _words_by_shape() -> dict[str, list[str]]:
    shapes: dict[str, list[str]] = defaultdict(list)
    for feature in _read_model().numbers:
        if len(feature) >= _SHORTEST_CORRECTED and feature.isalpha() and feature.isascii():
            for shape in _drop_letters(feature):
                shapes[shape].append(feature)
    return shapes


def _drop_letters(word: str) -> set[str]:
    """The word, and the word without each of its letters: words with one of these in common are similar."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}
