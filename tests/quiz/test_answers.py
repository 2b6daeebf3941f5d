import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.answers import MAX_SEQUENCE, Malformed, SavedAnswer, read_answer, read_saves

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

    assert read_saves({"answers": [newer, older]}) == [SavedAnswer(2, 9, {"choice": "b"})]


@pytest.mark.parametrize("number", [0, -1, 1.0, "1", True, None, MAX_SEQUENCE + 1])
@pytest.mark.parametrize("name", ["position", "sequence"])
def test_positions_and_sequences_are_whole_numbers(name: str, number: object) -> None:
    row = {"position": 1, "sequence": 1, "answer": None} | {name: number}

    with pytest.raises(Malformed, match=name):
        read_saves({"answers": [row]})


@given(JSON)
def test_no_body_whatever_is_more_than_malformed(body: object) -> None:
    try:
        saves = read_saves(body)
    except Malformed:
        return
    assert saves == [] or isinstance(saves[0], SavedAnswer)
