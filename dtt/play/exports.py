"""A web form's export of made-up applicants, of any length, as CSV or as a workbook."""

import csv
import io
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import xlsxwriter

from dtt.play.people import DEMO_DOMAIN, GIVEN, MOTIVATIONS, STUDIES, SURNAMES

HEADINGS = (
    *("Timestamp", "Email Address", "Surname (as on your certificate)", "Given names"),
    *("Chinese name 中文姓名", "Mobile phone", "Institution", "Programme of study"),
    *("Level of study", "Which describes you?", "Expected or actual completion"),
    *("How well do you know Python? (0-5)", "Mini-project track", "Days you can attend"),
    *("Why this programme?", "Preferred language", "How did you hear of us?"),
    *("I accept the honour code", "I have read the privacy notice"),
)
INSTITUTIONS = ("HKU", "理大", "Hong Kong Polytechnic", "中大", "CityU", "OUHK", "科大", "EdUHK")
LEVELS = ("Bachelor", "Taught Master", "Research (PhD/MPhil)", "Higher Diploma / Associate Degree")


def export_rows(count: int, *, days: list[date], year: int, seed: int = 1) -> Iterator[list[str]]:
    """The rows of an export without its headings; the same seed gives the same rows."""
    dice = random.Random(f"export {seed}")
    first = datetime(year, 2, 1, 9)
    attends = "; ".join(f"{day:%a %-d %b}" for day in days)
    for number in range(1, count + 1):
        (surname, surname_zh), (given, given_zh) = dice.choice(SURNAMES), dice.choice(GIVEN)
        student = dice.random() < 0.6
        yield [
            f"{first + timedelta(seconds=7 * number):%Y/%m/%d %-H:%M:%S} GMT+8",
            f"imported{number}.{seed}@{DEMO_DOMAIN}",
            surname,
            given,
            surname_zh + given_zh,
            f"+852 6{dice.randrange(1000):03d} {dice.randrange(10_000):04d}",
            dice.choice(INSTITUTIONS),
            dice.choice(STUDIES)[0],
            dice.choice(LEVELS),
            "I am a current student" if student else "I have graduated",
            f"{year + (1 if student else -1)}-{dice.randrange(12) + 1:02d}",
            str(dice.randrange(6)),
            dice.choice(("Computer vision", "Data science", "Undecided")),
            attends,
            dice.choice(MOTIVATIONS),
            dice.choice(("English", "繁體中文")),
            dice.choice(("Friend", "LinkedIn", "University careers office")),
            "Yes",
            "Yes",
        ]


def write_csv(path: Path, rows: Iterator[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        writer.writerows(rows)


def write_workbook(path: Path, rows: Iterator[list[str]]) -> None:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"constant_memory": True})
    sheet = book.add_worksheet("Form responses")
    sheet.write_row(0, 0, HEADINGS)
    for number, row in enumerate(rows, start=1):
        sheet.write_row(number, 0, row)
    book.close()
    path.write_bytes(content.getvalue())
