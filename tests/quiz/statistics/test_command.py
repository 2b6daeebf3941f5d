"""`manage.py item_statistics`: the same figures for anybody's file."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ANSWERS = "id,q1,q2,q3,q4\n" + "\n".join(
    f"p{number},{row}"
    for number, row in enumerate(
        ["c,b,a,b"] * 3 + ["c,b,a,x", "a,b,x,x", *["b,x,x,x"] * 2, "a,x,x,x"]
    )
)
KEY = "item,key,options\nq1,a,a|b|c|d\nq2,b,\nq3,a,\nq4,b,\n"


def run(
    tmp_path: Path, matrix: bytes, *options: str, key: str | None = None
) -> tuple[int, str, str]:
    """The exit status, what was printed, and what went to the error stream."""
    path = tmp_path / "matrix.csv"
    path.write_bytes(matrix)
    if key is not None:
        (tmp_path / "key.csv").write_text(key)
        options = (*options, "--key", str(tmp_path / "key.csv"))
    out, err = StringIO(), StringIO()
    try:
        call_command("item_statistics", "--csv", str(path), *options, stdout=out, stderr=err)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_a_table_with_the_choices_and_what_to_look_at(tmp_path: Path) -> None:
    status, out, err = run(tmp_path, ANSWERS.encode(), key=KEY)

    assert (status, err) == (0, "")
    assert "a* 2" in out
    assert "q1: Facility 0.25, discrimination −0.44: probably mis-keyed; choice c" in out
    assert "q1: Nobody takes choice d" in out
    assert "Only 8 people: the figures are rough." in out


def test_json_has_the_same_figures(tmp_path: Path) -> None:
    status, out, _err = run(tmp_path, ANSWERS.encode(), "--json", key=KEY)

    found = json.loads(out)
    assert (status, found["faults"], found["people"]) == (0, [], 8)
    assert [item["facility"] for item in found["items"]] == [0.25, 0.625, 0.5, 0.375]
    assert [alarm["kind"] for alarm in found["items"][0]["alarms"]] == [
        "other-choice",
        "unused-choice",
    ]


def test_faults_end_with_status_one_and_no_table(tmp_path: Path) -> None:
    status, out, err = run(tmp_path, b"q1,q2\n1,x\n" + b"1\n" * 30)

    assert (status, out) == (1, "")
    assert "row 2, column 2: 'x' is no mark" in err
    assert "and 11 more" in err


def test_faults_as_json(tmp_path: Path) -> None:
    status, out, _err = run(tmp_path, b"q1,q2\n1\n", "--json")

    fault = json.loads(out)["faults"][0]
    assert (status, fault["row"], fault["column"]) == (1, 2, 0)
    assert fault["message"] == "1 cells, but row 1 has 2"


def test_one_flat_column_is_said_not_crashed_on(tmp_path: Path) -> None:
    status, out, _err = run(tmp_path, b"q1\n1\n1\n")

    assert status == 0
    assert "Rasch: not estimated, fewer than two items tell people apart" in out
    assert "q1: Everybody got it right" in out


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nothing\.csv cannot be read"):
        call_command("item_statistics", "--csv", str(tmp_path / "nothing.csv"))
