import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from quiz.models import Item

pytestmark = pytest.mark.django_db
SOUND = "$CATEGORY: python/easy\n\n// [id:A]\n::T::[markdown]One? {=yes#Right. ~no}"
FAULTY = SOUND + "\n\nTwo? {~a ~b}"


PAIRS = "".join(f"=p{number}->a{number} " for number in range(60))


def run(path: Path, *options: str) -> tuple[int, str]:
    """The exit status and what was printed."""
    out = StringIO()
    try:
        call_command("import_items", str(path), "--format", "gift", *options, stdout=out)
    except SystemExit as stop:
        return int(str(stop.code)), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def write(tmp_path: Path) -> Path:
    path = tmp_path / "items.gift"
    path.write_text(SOUND, encoding="utf-8")
    return path


def test_a_dry_run_writes_nothing_and_a_confirmed_one_does(write: Path) -> None:
    dry = run(write)
    before = Item.objects.count()
    confirmed = run(write, "--confirm")

    assert (dry[0], before, confirmed[0], Item.objects.count()) == (0, 0, 0, 1)
    assert "To import: 1 new, 0 new versions, 0 translated" in dry[1]
    assert "Imported: 1 new" in confirmed[1]


def test_json_holds_the_items_and_the_faults(write: Path) -> None:
    write.write_text(FAULTY, encoding="utf-8")

    status, printed = run(write, "--json", "--confirm")

    body = json.loads(printed)
    [item] = body["items"]
    assert (status, Item.objects.count()) == (1, 0)
    assert (item["kind"], item["title"], item["stem"]) == ("single", "T", "One?")
    assert [(c["text"], c["fraction"], c["feedback"]) for c in item["choices"]] == [
        ("yes", 100, "Right."),
        ("no", 0, ""),
    ]
    assert [(fault["line"], fault["message"]) for fault in body["faults"]] == [
        (6, "No answer gets full marks. Give one of them 100%.")
    ]
    assert body["import"]["written"] is False


def test_faults_are_named_by_line(write: Path) -> None:
    write.write_text(FAULTY, encoding="utf-8")

    status, printed = run(write)

    assert status == 1
    assert printed.splitlines() == [
        "items.gift: 1 questions read, 1 with faults",
        "  line 6: No answer gets full marks. Give one of them 100%.",
        "Nothing is imported until the file is without problems.",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (SOUND.encode("utf-16"), "line 1: This file is not UTF-8."),
        (b"One? {=\xff ~b}", "line 1: This line is not UTF-8."),
        (b"One\x00? {=a ~b}", "line 1: This line holds a NUL character."),
        (b"", "line 1: No question was found in this file."),
        (b"// nothing yet", "line 1: No question was found in this file."),
    ],
)
def test_a_file_in_another_encoding_gets_a_message(
    write: Path, content: bytes, message: str
) -> None:
    write.write_bytes(content)

    status, printed = run(write, "--confirm")

    assert (message in printed, status) == (True, 1)
    assert Item.objects.count() == 0


def test_a_file_that_is_not_there_gets_a_message(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.gift", tmp_path):
        with pytest.raises(CommandError, match="cannot be read"):
            run(path)


def test_a_question_that_is_sound_and_not_taken_is_a_fault_too(write: Path) -> None:
    write.write_text(f"Why?{{}}\n\nRead this.\n\n{SOUND}\n\nMatch {{{PAIRS}}}", encoding="utf-8")

    for options in (["--json"], ["--json", "--confirm"]):
        status, printed = run(write, *options)

        body = json.loads(printed)
        assert (status, body["import"]["written"], Item.objects.count()) == (1, False, 0)
        assert [(fault["line"], fault["code"]) for fault in body["faults"]] == [
            (1, "not_taken"),
            (3, "not_taken"),
            (10, "not_taken"),
        ]
        assert [fault["message"] for fault in body["faults"]] == [
            problem["message"] for problem in body["import"]["problems"]
        ]
        assert [item["kind"] for item in body["items"]] == [
            "essay",
            "description",
            "single",
            "matching",
        ]
    assert run(write)[1].splitlines()[0] == "items.gift: 4 questions read, 3 with faults"


@pytest.fixture
def no_bank() -> None:
    """The database as it is before the first migration, until the test is over."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE quiz_itemversion RENAME TO quiz_none")


@pytest.mark.usefixtures("no_bank")
def test_a_file_can_be_looked_at_before_there_is_a_bank(write: Path) -> None:
    status, printed = run(write, "--json")

    body = json.loads(printed)
    assert (status, [item["title"] for item in body["items"]]) == (0, ["T"])
    assert (body["faults"], "import" in body) == ([], False)
    assert run(write) == (
        0,
        "items.gift: 1 questions read\nWhat an import would do cannot be told. The database has no"
        " tables for the bank: run “manage.py migrate” first.\n",
    )
    with pytest.raises(CommandError, match=r"run “manage\.py migrate” first"):
        run(write, "--confirm")


@pytest.mark.usefixtures("no_bank")
def test_faults_are_told_before_there_is_a_bank(write: Path) -> None:
    write.write_text(f"Why?{{}}\n\n{FAULTY}", encoding="utf-8")

    status, printed = run(write, "--json")

    assert status == 1
    assert [(fault["line"], fault["code"]) for fault in json.loads(printed)["faults"]] == [
        (1, "not_taken"),
        (8, "no_right_answer"),
    ]
