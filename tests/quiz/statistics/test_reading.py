"""Files of responses: what is read, and what is refused in words, by row and column."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.statistics.analysis import analyse
from quiz.statistics.reading import KeyOf, Unreadable, read_key, read_matrix

NAN = float("nan")
KEYS = {"q1": KeyOf(frozenset("a"), ("a", "b", "c")), "q2": KeyOf(frozenset({"b", "d"}))}


def faults(source: bytes, keys: dict[str, KeyOf] | None = None) -> list[str]:
    with pytest.raises(Unreadable) as refused:
        read_matrix(source, keys)
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize(
    "source",
    [
        b"id,q1,q2,FREQ\nx,1,,2\ny,0,0.5,3\n",
        b"\xef\xbb\xbfID,q1,q2,freq\r\nx,1,NA,2\r\n\r\ny,0,.5,3",
        b"q1;Freq;q2\n1;2;nan\n0;3;0.50\n",
        b"Frequency;q1;q2\n2;1;\n3;0;0,5\n",
        b"q1\tq2\tFreq\r1\t\t2\r0\t5e-1\t3.0\r",
        "q1,q2,Freq\n1, ,2\n0,0.5,3\n".encode("utf-16"),
        b'"q1","q2","Freq"\n"1","","2"\n"0","0.5","3"\n',
    ],
)
def test_the_same_matrix_is_read_in_every_spelling(source: bytes) -> None:
    matrix = read_matrix(source)

    assert matrix.names == ("q1", "q2")
    assert np.array_equal(matrix.responses.marks, [[1, NAN], [0, 0.5]], equal_nan=True)
    assert matrix.responses.weights.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (b"", ["the file is empty: its first row must name the items"]),
        (b"\n\n", ["the file is empty: its first row must name the items"]),
        (b"q1,q2\n", ["nobody is in the file: under the row of names it has no row"]),
        (b"q1,Freq\n1,0\n", ["nobody is in the file: every frequency is 0"]),
        (b"0,1\n1,1\n", ["row 1: the first row must name the items; this one holds numbers"]),
        (b"q1,\n1,1\n", ["row 1, column 2: a column without a name"]),
        (b"q1,Q1\n1,1\n", ["row 1, column 2: a second column Q1"]),
        (b"q1,q2\n1\n1,1,1\n", ["row 2: 1 cells, but row 1 has 2",
                               "row 3: 3 cells, but row 1 has 2"]),
        (b"q1,q2\n1,x\n2,-1\n", [
            "row 2, column 2: 'x' is no mark; give a number from 0 to 1, or a key file for answers",
            "row 3, column 1: '2' is not a mark from 0 to 1",
            "row 3, column 2: '-1' is not a mark from 0 to 1"]),
        (b"q1,freq\n1,many\n1,\n1,-1\n1,1e300\n1,1.5\n", [
            "row 2, column 2: 'many' is no whole number of people",
            "row 3, column 2: '' is no whole number of people",
            "row 4, column 2: '-1' is no whole number of people",
            "row 5, column 2: '1e300' is no whole number of people",
            "row 6, column 2: '1.5' is no whole number of people"]),
        (b"q1,Freq,Count\n1,1,1\n", ["row 1, column 3: a second column of frequencies, Count"]),
        (b"q1,day\n1,monday\n", ["row 2, column 2: 'monday' is no day; write 1, 2, 3 … or "
                                 "2027-05-14"]),
        (b"q1\n1\xff\n", ["row 2: not UTF-8; save the file as CSV UTF-8"]),
        (b"q1\n1\n\x001\n", ["row 3: not a text file"]),
        (b"q1\n" + b"1" * 500 + b"\n", ["row 2, column 1: more than 200 characters"]),
        (b",".join(b"q%d" % n for n in range(301)) + b"\n",
         ["row 1: 301 items; at most 300 are analysed together"]),
    ],
)  # fmt: skip
def test_each_fault_says_where_and_what(source: bytes, told: list[str]) -> None:
    assert faults(source) == told


def test_answers_are_judged_by_their_keys_and_counted_by_choice() -> None:
    matrix = read_matrix(b"q1,q2,freq,day\nA,d,2,1\nb,B,1,2\n,x,1,2027-05-14\n", KEYS)

    assert np.array_equal(matrix.responses.marks, [[1, 1], [0, 1], [NAN, 0]], equal_nan=True)
    found = analyse(matrix.responses, names=matrix.names, taken=matrix.taken)
    assert [
        [(one["choice"], one["key"], one["count"]) for one in item["choices"]]
        for item in found["items"]
    ] == [
        [("A", True, 2), ("b", False, 1), ("c", False, 0)],
        [("B", True, 1), ("d", True, 2), ("x", False, 1)],
    ]


def test_answers_are_told_as_the_key_file_writes_them() -> None:
    keys = read_key(b"item,key,options\nq1,A,A|B|C\n")

    matrix = read_matrix(b"q1\na\nb\nZ\n", keys)

    found = analyse(matrix.responses, names=matrix.names, taken=matrix.taken)
    assert {one["choice"] for one in found["items"][0]["choices"]} == {"A", "B", "C", "Z"}


def test_keys_and_items_must_be_the_same() -> None:
    assert faults(b"q1,q3\na,b\n", KEYS) == [
        "row 1, column 2: the key file has no key for q3",
        "the key file names q2, which is not in the matrix",
    ]


@pytest.mark.parametrize(
    "source",
    [
        b"item,key,options\nq1,A,A|B|C\nq2,b|D,\n",
        b"options;KEY;item\na|b|c;a;q1\n;d|b;q2\n",
    ],
)
def test_a_key_file_with_a_row_for_each_item(source: bytes) -> None:
    assert read_key(source) == KEYS


def test_a_key_file_with_one_row_of_keys() -> None:
    assert read_key(b"id,q1,q2,Freq\n-,a,b|d,-\n") == {
        "q1": KeyOf(frozenset("a")),
        "q2": KEYS["q2"],
    }


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (b"", "the key file is empty"),
        (b"q1,q2\na\n", "columns `item` and `key`"),
        (b"item,key\nq1,a\nq1,b\n", "row 3: a second key for q1"),
        (b"item,key\nq1,\n,a\n", "row 2, column 2: no key for q1; row 3: an item without a name"),
        (b"item,key\nq1\n", "row 2: 1 cells, but row 1 has 2"),
    ],
)
def test_a_faulty_key_file_is_refused(source: bytes, told: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_key(source)
    assert told in str(refused.value)


def test_item_by_item_a_hundred_answers_are_enough() -> None:
    rows = "\n".join(f"answer {n}" for n in range(120))

    assert (
        "more than 100 different answers to q1"
        in faults(f"q1\n{rows}\n".encode(), {"q1": KEYS["q1"]})[0]
    )


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=60)
    | st.lists(st.sampled_from([*'01,;\n"\t.x\r -', "q1", "Freq", "day"]), max_size=30).map(
        lambda parts: ("a,b\n" + "".join(parts)).encode()
    )
)
def test_no_bytes_lead_to_anything_but_figures_or_words(source: bytes) -> None:
    for keys in (None, {"a": KeyOf(frozenset("1")), "b": KeyOf(frozenset("0"))}):
        try:
            matrix = read_matrix(source, keys)
        except Unreadable as refused:
            told = refused.faults
        else:
            told = analyse(
                matrix.responses, names=matrix.names, taken=matrix.taken, days=matrix.days
            )["items"]
        assert told
