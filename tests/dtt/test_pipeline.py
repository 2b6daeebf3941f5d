from datetime import date
from pathlib import Path

from dtt.management.commands.pipeline import bootcamp_days

HEADER = (
    "Timestamp,Email Address,Surname,Given names,Which describes you?,"
    "Expected or actual completion,Days you can attend,"
    "I accept the honour code,I have read the privacy notice\n"
)
ROW = (
    "2021/04/01 9:47:02 GMT+8,a@people.dtt.example,POON,Sze Wai,I have graduated,"
    "02/2020,Tue 18 May; Mon 17 May,Yes,Yes\n"
)


def test_an_export_is_played_on_its_own_days(tmp_path: Path) -> None:
    export = tmp_path / "export.csv"
    export.write_text(HEADER + ROW, encoding="utf-8")

    assert bootcamp_days(export) == [date(2021, 5, 17), date(2021, 5, 18)]


def test_a_file_that_cannot_be_read_names_no_days(tmp_path: Path) -> None:
    export = tmp_path / "export.csv"
    export.write_bytes(b"\x00\xff")

    assert bootcamp_days(export) == []
