import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.answers import (
    MAX_SEQUENCE,
    Batch,
    Malformed,
    Reason,
    SavedAnswer,
    Unreadable,
    on_one_line,
    read_answer,
    read_saves,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (None, None),
        ({"choice": "b"}, {"choice": "b"}),
        ({"choices": ["c", "a", "c"]}, {"choices": ["a", "c"]}),
        ({"choices": []}, None),
        ({"value": False}, {"value": False}),
        ({"number": " 3.14 "}, {"number": "3.14"}),
        ({"text": "  "}, None),
        ({"text": "列表"}, {"text": "列表"}),
    ],
)
def test_an_answer_of_each_kind_is_kept(sent: object, kept: object) -> None:
    assert read_answer(sent) == kept


@pytest.mark.parametrize(
    "hostile",
    [
        [],
        "b",
        {},
        {"choice": "a", "text": "b"},
        {"choice": 1},
        {"choice": "a'; --"},
        {"choices": "ab"},
        {"choices": ["a"] * 51},
        {"choices": [["a"]]},
        {"value": 1},
        {"number": 3.14},
        {"text": "x" * 1001},
        {"text": "a\x00b"},
        {"text": "\ud800"},
        {"key": "b"},
    ],
)
def test_anything_else_is_malformed(hostile: object) -> None:
    with pytest.raises(Malformed):
        read_answer(hostile)


def test_of_two_changes_of_one_answer_the_newer_is_kept() -> None:
    newer = {"position": 2, "sequence": 9, "answer": {"choice": "b"}}
    older = {"position": 2, "sequence": 8, "answer": {"choice": "a"}}

    assert read_saves({"answers": [newer, older]}).saves == [SavedAnswer(2, 9, {"choice": "b"})]


def test_a_row_that_cannot_be_read_spoils_no_other() -> None:
    rows = [
        {"position": 1, "sequence": 1, "answer": {"text": "x\ud83d"}},
        {"position": 2, "sequence": 1, "answer": {"choice": "b"}},
        {"position": 3, "sequence": 1, "answer": {"text": "x" * 1001}},
        {"position": 4, "sequence": 1, "answer": {"text": "a\x00"}},
        {"position": "?", "sequence": 1, "answer": None},
        5,
    ]

    assert read_saves({"answers": rows}) == Batch(
        [SavedAnswer(2, 1, {"choice": "b"})],
        [
            Unreadable(1, Reason.CHARACTER),
            Unreadable(3, Reason.TOO_LONG),
            Unreadable(4, Reason.CHARACTER),
            Unreadable(0, Reason.UNREADABLE),
            Unreadable(0, Reason.UNREADABLE),
        ],
    )


@pytest.mark.parametrize("number", [0, -1, 1.0, "1", True, None, MAX_SEQUENCE + 1])
@pytest.mark.parametrize("name", ["position", "sequence"])
def test_positions_and_sequences_are_whole_numbers(name: str, number: object) -> None:
    row = {"position": 1, "sequence": 1, "answer": None} | {name: number}

    place = 0 if name == "position" else 1
    assert read_saves({"answers": [row]}) == Batch([], [Unreadable(place, Reason.UNREADABLE)])


@given(JSON)
def test_no_body_whatever_is_more_than_malformed(body: object) -> None:
    try:
        batch = read_saves(body)
    except Malformed:
        return
    assert batch.saves == [] or isinstance(batch.saves[0], SavedAnswer)


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (None, ""),
        ({"choice": "c"}, "c"),
        ({"choices": ["a", "c"]}, "a, c"),
        ({"value": True}, "true"),
        ({"number": "3.14"}, "3.14"),
        ({"pairs": {"a": "d", "b": "c"}}, "a → d, b → c"),
        ({"order": ["b", "a"]}, "b, a"),
    ],
)
def test_staff_read_an_answer_on_one_line(answer, line):
    assert on_one_line(answer) == line
