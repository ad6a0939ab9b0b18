"""Learn what questions are about: `python tools/train_questions.py [--measure | --check]`; needs scikit-learn.

Reads tools/asked.json, the words of the failure index and its translations, and word_groups.json; writes
regilink_doctor/workflows/explain/question_weights.json: the same bytes each time, with the same scikit-learn. With
`--check` it writes nothing and says whether they would change. With `--measure` it leaves out a tenth of the questions
at a time, with all that are similar to them, and says how many of them it then answers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import tempfile
import zlib
from base64 import b64encode
from collections import Counter
from math import log
from pathlib import Path
from typing import TYPE_CHECKING

from regilink_doctor.core.failures import FAILURES
from regilink_doctor.languages import list_translations
from regilink_doctor.workflows.explain import question_model, questions
from regilink_doctor.workflows.explain.error_context import NAME_OF_WANDB
from regilink_doctor.workflows.explain.notes import is_note
from regilink_doctor.workflows.explain.question_model import (
    OTHER,
    RARITY_STEPS,
    UNCLEAR,
    find_features,
    translate_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from scipy.sparse import csr_matrix

ASKED = Path(__file__).with_name("asked.json")
"""Answer -> questions: of failures by their ids, of topics by their names, of `OTHER` and of `UNCLEAR`."""
Row = tuple[str, str]
"""An answer and a text."""
FEWEST_ROWS = 2
"""In how many texts a feature must be to have weights."""
MOST_WEIGHTS = 188_000
"""The largest weights of each answer are kept, and trained once more without the others."""
OF_ROWS = 0.7
"""Of twice as many rows an answer has `2 ** OF_ROWS` times as many weights."""
COST = 1.2
"""How much a wrong training row costs: higher means closer to the rows, and less general."""
OF_OTHER = 10
"""How much more than those of another answer the rows of `OTHER` cost together: they are of many kinds."""
SENTENCES_AROUND = 2
"""How many sentences that have nothing to do with W&B are put around a note, as a longer note has them."""
KINDS_OF_SENTENCES = 80
"""They are few, so that each is around notes of many answers, and is a sign of none of them."""
SIMILAR = 0.55
"""The cosine of two questions of which one must not be learned from to measure the other."""
SHARPNESS = 8
"""What a sum is multiplied by before its exponent is a probability; measured with questions that were left out."""


def read_rows() -> list[Row]:
    asked: dict[str, list[str]] = json.loads(ASKED.read_text("utf-8"))
    return [(answer, text) for answer, texts in asked.items() for text in texts]


def read_entries() -> list[Row]:
    """The sentences of the failure index in every language."""
    translations = [str, *list_translations("failures")]
    texts = [
        (failure.id, text)
        for failure in FAILURES.values()
        for text in (
            failure.title,
            failure.happens,
            failure.recognize,
            failure.help,
            f"{failure.title}. {failure.happens} {failure.recognize}",
        )
    ]
    return list(dict.fromkeys((answer, translate(text)) for answer, text in texts for translate in translations))


def surround_notes(rows: Sequence[Row]) -> list[Row]:
    """The notes that name W&B, each among sentences about something else: what they say must be found there as well."""
    generator = random.Random(0)
    unrelated = [text for answer, text in rows if answer == OTHER and not NAME_OF_WANDB.search(text)]
    unrelated = generator.sample(unrelated, KINDS_OF_SENTENCES)
    surrounded = []
    for answer, text in rows:
        if is_note(text) and NAME_OF_WANDB.search(text):
            sentences = [text, *generator.sample(unrelated, SENTENCES_AROUND)]
            generator.shuffle(sentences)
            surrounded.append((answer, "\n".join(sentences)))
    return surrounded


def hash_sources() -> str:
    """Tells whether the questions or the groups of words have changed since the weights were learned.

    A change of the failure index, or of `find_features`, does not count: train again where it is more than a few words.
    """
    sources = ASKED.read_bytes() + Path(question_model.GROUPS).read_bytes()
    return hashlib.sha256(sources).hexdigest()


def count_features(texts: Sequence[frozenset[str]]) -> dict[str, int]:
    """The features that are in enough of the texts, and how rare each is, in steps."""
    occurrences = Counter(feature for features in texts for feature in features)
    return {
        feature: round(RARITY_STEPS * (log((1 + len(texts)) / (1 + count)) + 1))
        for feature, count in sorted(occurrences.items())
        if count >= FEWEST_ROWS
    }


def build_matrix(texts: Sequence[frozenset[str]], rarities: dict[str, int]) -> csr_matrix:
    """A row of length 1 for each text. The features are sorted, because the order of a set varies."""
    from scipy.sparse import csr_matrix

    numbers = {feature: number for number, feature in enumerate(rarities)}
    columns, values, ends = [], [], [0]
    for features in texts:
        present = sorted(feature for feature in features if feature in rarities)
        length = sum(rarities[feature] ** 2 for feature in present) ** 0.5
        columns += [numbers[feature] for feature in present]
        values += [rarities[feature] / length for feature in present]
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(texts), len(rarities)))


def learn_weights(rows: Sequence[Row]) -> dict[str, Any]:
    """The contents of question_weights.json."""
    from sklearn.svm import LinearSVC

    plain = [*rows, *read_entries()]
    rows = [*plain, *surround_notes(plain)]
    texts = [find_features(translate_words(text)) for _, text in rows]
    rarities = count_features(texts[: len(plain)])
    matrix = build_matrix(texts, rarities)
    by_column = matrix.tocsc()
    counts = Counter(answer for answer, _ in rows)
    answers = sorted(counts)
    share = MOST_WEIGHTS / sum(count**OF_ROWS for count in counts.values())
    weights: list[dict[int, float]] = [{} for _ in rarities]
    start = []
    for place, answer in enumerate(answers):
        is_answer = [row[0] == answer for row in rows]
        cost = len(rows) / (len(answers) * counts[answer]) * (OF_OTHER if answer == OTHER else 1)
        machine = LinearSVC(C=COST, class_weight={True: cost, False: 1.0}, random_state=0)
        sizes = abs(machine.fit(matrix, is_answer).coef_[0])
        heaviest = sorted(sizes.argsort(kind="stable")[::-1][: int(share * counts[answer] ** OF_ROWS)])
        machine.fit(by_column[:, heaviest].tocsr(), is_answer)
        start.append(round(SHARPNESS * machine.intercept_[0], 4))
        for number, weight in zip(heaviest, machine.coef_[0], strict=True):
            weights[number][place] = SHARPNESS * weight
    return pack_weights(rarities, weights, {"answers": answers, "start": start})


def pack_weights(
    rarities: dict[str, int], weights: Sequence[dict[int, float]], first: dict[str, Any]
) -> dict[str, Any]:
    step = round(max(abs(weight) for of_feature in weights for weight in of_feature.values()) / 127, 6)
    rounded = [
        {place: steps + 128 for place, weight in of_feature.items() if (steps := round(weight / step))}
        for of_feature in weights
    ]

    def encode(numbers: Iterable[int]) -> str:
        return b64encode(zlib.compress(bytes(numbers), 9)).decode("ascii")

    return {
        "trained_from": hash_sources(),
        **first,
        "step": step,
        "features": encode("\n".join(rarities).encode()),
        "rarities": encode(rarities.values()),
        "counts": encode(map(len, rounded)),
        "answers_of": encode(place for of_feature in rounded for place in of_feature),
        "weights": encode(steps for of_feature in rounded for steps in of_feature.values()),
    }


def write_weights(path: Path, contents: dict[str, Any]) -> None:
    path.write_bytes(format_weights(contents))


def format_weights(contents: dict[str, Any]) -> bytes:
    return (json.dumps(contents, separators=(",", ":")) + "\n").encode("ascii")


def group_similar(texts: Sequence[str]) -> list[int]:
    """The number of each text's group: a text is in the group of every other that is similar to it."""
    from scipy.sparse.csgraph import connected_components

    words = [frozenset(feature for feature in find_features(text) if feature[0] != "#") for text in texts]
    matrix = build_matrix(words, count_features(words))
    return [int(group) for group in connected_components(matrix @ matrix.T >= SIMILAR)[1]]


def measure_answers(folds: int = 10) -> None:
    """Print how often a question that was left out is answered right, by the product's own judgement."""
    rows, outcomes = read_rows(), Counter[str]()
    groups = group_similar([text for _, text in rows])
    with tempfile.TemporaryDirectory() as folder:
        question_model.WEIGHTS = str(Path(folder, "question_weights.json"))
        for fold in range(folds):
            learned = [row for row, group in zip(rows, groups, strict=True) if group % folds != fold]
            write_weights(Path(question_model.WEIGHTS), learn_weights(learned))
            question_model._read_model.cache_clear()
            question_model._words_by_shape.cache_clear()
            for answer, text in (row for row, group in zip(rows, groups, strict=True) if group % folds == fold):
                ranked = questions.list_answers(text)
                named = [about for about, _ in ranked[:3]] or [OTHER, UNCLEAR]
                is_right = answer == named[0] or (not ranked and answer in named)
                is_sure = bool(ranked) and questions.is_sure(ranked)
                outcomes["first"] += is_right
                outcomes["among three"] += answer in named
                outcomes["sure"] += is_sure
                outcomes["sure and wrong"] += is_sure and not is_right
    for outcome, count in outcomes.items():
        print(f"{outcome}: {count / len(rows):.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", action="store_true", help="leave out a tenth of the questions at a time")
    parser.add_argument("--check", action="store_true", help="say whether the weights would change")
    arguments = parser.parse_args()
    path = Path(question_model.WEIGHTS)
    if arguments.measure:
        measure_answers()
    elif not arguments.check:
        write_weights(path, learn_weights(read_rows()))
    elif format_weights(learn_weights(read_rows())) != path.read_bytes():
        parser.exit(1, f"{path.name} would change\n")


if __name__ == "__main__":
    main()
