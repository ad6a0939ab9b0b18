"""Learn what questions are about: `python tools/train_questions.py [--measure]`; scikit-learn must be installed.

Reads tools/asked.json, the words of the failure index and its translations, and word_groups.json; writes
regilink_doctor/workflows/explain/question_weights.json. With `--measure` it writes nothing: it leaves out a tenth of
the questions at a time and says how many of them it then answers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from base64 import b64encode
from collections import Counter
from math import log
from pathlib import Path
from typing import TYPE_CHECKING

from regilink_doctor.core.failures import FAILURES
from regilink_doctor.languages import list_translations
from regilink_doctor.workflows.explain import question_model
from regilink_doctor.workflows.explain.question_model import OTHER, RARITY_STEPS, UNCLEAR, find_features

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

ASKED = Path(__file__).with_name("asked.json")
"""Answer -> questions: of failures by their ids, of topics by their names, of `OTHER` and of `UNCLEAR`."""
Row = tuple[str, str]
"""An answer and a text."""
FEWEST_ROWS = 2
"""In how many texts a feature must be to have weights."""
MOST_FEATURES = 700
"""For each answer the features with the largest weights are kept, and trained once more without the others."""
COST = 1.2
"""How much a wrong training row costs: higher means closer to the rows, and less general."""
OF_OTHER = 10
"""How much more than those of another answer the rows of `OTHER` cost together: they are of many kinds."""
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


def hash_sources() -> str:
    """Tells whether the weights are older than what they were learned from."""
    sources = ASKED.read_bytes() + Path(question_model.GROUPS).read_bytes()
    return hashlib.sha256(sources).hexdigest()


def train(rows: Sequence[Row]) -> dict[str, Any]:
    """The contents of question_weights.json."""
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC

    rows = [*rows, *read_entries()]
    texts = [find_features(text) for _, text in rows]
    occurrences = Counter(feature for features in texts for feature in features)
    names = sorted(feature for feature, count in occurrences.items() if count >= FEWEST_ROWS)
    numbers = {feature: number for number, feature in enumerate(names)}
    rarities = [round(RARITY_STEPS * (log((1 + len(rows)) / (1 + occurrences[name])) + 1)) for name in names]
    columns, values, ends = [], [], [0]
    for features in texts:
        known = [numbers[feature] for feature in features if feature in numbers]
        length = sum(rarities[number] ** 2 for number in known) ** 0.5
        columns += known
        values += [rarities[number] / length for number in known]
        ends.append(len(columns))
    matrix = csr_matrix((values, columns, ends), shape=(len(rows), len(names)))
    counts = Counter(answer for answer, _ in rows)
    answers = sorted(counts)
    by_column = matrix.tocsc()
    weights: list[dict[int, float]] = [{} for _ in names]
    start = []
    for place, answer in enumerate(answers):
        is_answer = [row[0] == answer for row in rows]
        cost = len(rows) / (len(answers) * counts[answer]) * (OF_OTHER if answer == OTHER else 1)
        machine = LinearSVC(C=COST, class_weight={True: cost, False: 1.0}, random_state=0)
        sizes = abs(machine.fit(matrix, is_answer).coef_[0])
        kept = sorted(sizes.argsort()[::-1][:MOST_FEATURES])
        machine.fit(by_column[:, kept].tocsr(), is_answer)
        start.append(round(SHARPNESS * machine.intercept_[0], 4))
        for number, weight in zip(kept, machine.coef_[0], strict=True):
            weights[number][place] = SHARPNESS * weight
    return store(names, rarities, weights, {"answers": answers, "start": start})


def store(
    names: Sequence[str], rarities: Sequence[int], weights: Sequence[dict[int, float]], first: dict[str, Any]
) -> dict[str, Any]:
    step = max(abs(weight) for of_feature in weights for weight in of_feature.values()) / 127
    rounded = [
        {place: steps + 128 for place, weight in of_feature.items() if (steps := round(weight / step))}
        for of_feature in weights
    ]

    def encode(numbers: Iterable[int]) -> str:
        return b64encode(bytes(numbers)).decode("ascii")

    return {
        "trained_from": hash_sources(),
        **first,
        "step": step,
        "features": "\n".join(names),
        "rarities": encode(rarities),
        "counts": encode(map(len, rounded)),
        "answers_of": encode(place for of_feature in rounded for place in of_feature),
        "weights": encode(steps for of_feature in rounded for steps in of_feature.values()),
    }


def write(path: Path, contents: dict[str, Any]) -> None:
    path.write_text(json.dumps(contents, separators=(",", ":")) + "\n", encoding="ascii")


def measure(folds: int = 10) -> None:
    """Print how often a question that was left out is answered right."""
    rows, outcomes = read_rows(), Counter[str]()
    path = Path(question_model.WEIGHTS).with_name("measured_weights.json")
    for fold in range(folds):
        write(path, train([row for place, row in enumerate(rows) if place % folds != fold]))
        question_model.WEIGHTS = str(path)
        question_model._model.cache_clear()
        for answer, text in rows[fold::folds]:
            ranked = question_model.rank_answers(text)
            named = [about for about, _ in ranked if about not in (OTHER, UNCLEAR)][:3]
            is_right = ranked[0][0] == answer or {ranked[0][0], answer} == {OTHER, UNCLEAR}
            is_sure = ranked[0][1] >= 0.6 and ranked[0][0] not in (OTHER, UNCLEAR)
            outcomes["first"] += is_right
            outcomes["among three"] += is_right or answer in named
            outcomes["sure"] += is_sure
            outcomes["sure and wrong"] += is_sure and not is_right
    path.unlink()
    for outcome, count in outcomes.items():
        print(f"{outcome}: {count / len(rows):.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", action="store_true", help="leave out a tenth of the questions at a time")
    if parser.parse_args().measure:
        measure()
    else:
        write(Path(question_model.WEIGHTS), train(read_rows()))


if __name__ == "__main__":
    main()
