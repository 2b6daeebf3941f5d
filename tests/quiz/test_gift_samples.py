"""The sample files of a published GIFT grammar, and the parse that it expects of them.

Their expected parse has another shape; `expected` turns it into what we promise. It differs
from ours in these ways, each on purpose:
- hasEmbeddedAnswers is left out: the blank in the stem says the same.
- isCorrect (written with =) and weight become one fraction, as Moodle stores it: 100 for a
  bare =, 0 for a bare ~, otherwise the weight.
- the first feedback of a true/false item is theirs "for true" in every case. In Moodle's
  importer it is the one for the wrong answer, so after TRUE it belongs to "False". We keep
  to Moodle, whose users write the files.
- a category is no item, but stands in Parsed.categories.
- a number without a tolerance ("simple") and one with tolerance 0 are judged alike.
"""

import json
from pathlib import Path

import pytest

from quiz.formats.drafts import ItemDraft, Kind, NumericalAnswerDraft
from quiz.formats.gift import parse_gift

SAMPLES = Path(__file__).parents[2] / "../shared/data/quiz/gift"
samples = sorted(SAMPLES.glob("*.gift"))
THEIR_TYPES = {
    Kind.SINGLE: "MC",
    Kind.MULTIPLE: "MC",
    Kind.TRUE_FALSE: "TF",
    Kind.NUMERICAL: "Numerical",
    Kind.SHORT: "Short",
    Kind.MATCHING: "Matching",
    Kind.ESSAY: "Essay",
    Kind.DESCRIPTION: "Description",
}


def rich(text: dict | None, default: str = "moodle") -> list[str]:
    return [text["text"], text["format"]] if text and text["text"] else ["", default]


def feedback_of(feedback: dict | None, item: dict) -> list[str]:
    return rich(feedback, item["stem"]["format"])


def expected_answer(choice: dict, item: dict) -> list:
    default = 100 if choice["isCorrect"] else 0
    fraction = default if choice["weight"] is None else choice["weight"]
    return [*rich(choice["text"]), fraction, *feedback_of(choice["feedback"], item)]


def expected_number(choice: dict, item: dict) -> list:
    text = choice.get("text", choice)
    feedback = feedback_of(choice.get("feedback"), item)
    fraction = choice.get("weight") if choice.get("weight") is not None else 100
    if text["type"] == "high-low":
        return ["between", text["numberLow"], text["numberHigh"], fraction, *feedback]
    return ["near", text["number"], text.get("range", 0), fraction, *feedback]


def expected(item: dict) -> dict:
    if item["type"] == "Category":
        return {"category": item["title"]}
    common = {
        "type": item["type"],
        "id": item["id"] or "",
        "tags": item["tags"] or [],
        "title": item["title"] or "",
        "stem": rich(item["stem"]),
        "general": feedback_of(item.get("globalFeedback"), item),
    }
    if item["type"] == "TF":
        wrong = feedback_of(item["trueFeedback"], item)
        right = feedback_of(item["falseFeedback"], item)
        common["answers"] = [item["isTrue"], wrong, right]
    elif item["type"] == "Numerical":
        choices = item["choices"] if isinstance(item["choices"], list) else [item["choices"]]
        common["answers"] = [expected_number(choice, item) for choice in choices]
    elif item["type"] == "Matching":
        common["answers"] = [
            [pair["subquestion"]["text"], pair["subquestion"]["format"], pair["subanswer"]]
            for pair in item["matchPairs"]
        ]
    else:
        common["answers"] = [expected_answer(choice, item) for choice in item.get("choices", [])]
    return common


def number_found(answer: NumericalAnswerDraft) -> list:
    feedback = [answer.feedback, answer.feedback_format]
    if answer.value is None:
        return ["between", float(answer.low), float(answer.high), answer.fraction, *feedback]
    tolerance = float(answer.tolerance or 0)
    return ["near", float(answer.value), tolerance, answer.fraction, *feedback]


def found(item: ItemDraft) -> dict:
    if item.kind == Kind.TRUE_FALSE:
        said = {choice.text: [choice.feedback, choice.feedback_format] for choice in item.choices}
        truth = item.choices[0].fraction == 100
        answers = [truth, said[str(not truth)], said[str(truth)]]
    elif item.kind == Kind.NUMERICAL:
        answers = [number_found(answer) for answer in item.answers]
    elif item.kind == Kind.MATCHING:
        answers = [[pair.question, pair.question_format, pair.answer] for pair in item.pairs]
    else:
        answers = [
            [
                answer.text,
                answer.text_format,
                float(answer.fraction),
                answer.feedback,
                answer.feedback_format,
            ]
            for answer in (*item.choices, *item.answers)
        ]
    return {
        "type": THEIR_TYPES[item.kind],
        "id": item.identifier,
        "tags": list(item.tags),
        "title": item.title,
        "stem": [item.stem, item.text_format],
        "general": [item.general_feedback, item.general_feedback_format],
        "answers": answers,
    }


@pytest.mark.skipif(not samples, reason="the sample files of ../shared/data/quiz/gift are absent")
@pytest.mark.parametrize("path", samples, ids=lambda path: path.stem)
def test_a_sample_file_gives_its_published_parse(path):
    parsed = parse_gift(path.read_bytes())

    categories = [{"category": category.name} for category in parsed.categories]
    assert parsed.faults == ()
    assert categories + [found(item) for item in parsed.items] == [
        expected(item) for item in json.loads(path.with_suffix(".json").read_text("utf-8"))
    ]
