"""Moodle XML by hand or by other programs: nothing that is written there is passed over."""

import pytest

from quiz.formats.drafts import Parsed, TextFormat
from quiz.formats.moodle_xml import REASONS, parse_moodle_xml

ANSWERS = (
    '<answer fraction="100"><text>a</text></answer><answer fraction="0"><text>b</text></answer>'
)
SOUND = (
    '<question type="multichoice"><questiontext format="html"><text>Q</text></questiontext>'
    f"{ANSWERS}</question>"
)


def found(parsed: Parsed) -> list[tuple[int, str]]:
    return [(fault.line, fault.code) for fault in parsed.faults]


def test_html_without_cdata_keeps_its_markup_and_its_pictures():
    text = 'What does <img src="https://x/y.png" alt="a &amp; b"/> show, x<sup>2</sup> &lt; 3?'

    parsed = parse_moodle_xml(f"<quiz>{SOUND.replace('>Q<', f'>{text}<')}</quiz>")

    assert found(parsed) == []
    [item] = parsed.items
    assert item.text_format == TextFormat.HTML
    assert item.stem == (
        'What does <img src="https://x/y.png" alt="a &amp; b"> show, x<sup>2</sup> &lt; 3?'
    )
    shown = SOUND.replace(">a<", "><b>a</b><")
    assert parse_moodle_xml(f"<quiz>{shown}</quiz>").items[0].choices[0].text == "<b>a</b>"


@pytest.mark.parametrize(
    "source",
    [
        SOUND.replace("multichoice", "shortanswer").replace(">a<", ">x<sup>2</sup><"),
        SOUND.replace('format="html"', 'format="plain_text"').replace(">Q<", "><b>Q</b><"),
        SOUND.replace("<answer", "<name><text>x<sup>2</sup></text></name><answer", 1),
        SOUND.replace("multichoice", "matching").replace(
            ANSWERS,
            2 * "<subquestion><text>q</text><answer><text><i>a</i></text></answer></subquestion>",
        ),
    ],
    ids=["typed", "plain", "name", "match"],
)
def test_markup_in_a_text_that_has_none_is_a_fault(source):
    parsed = parse_moodle_xml(f"<quiz>{source}</quiz>")

    assert (parsed.items, {code for _line, code in found(parsed)}) == ((), {"markup"})


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        (
            SOUND.replace("question ", "Question ").replace("/question>", "/Question>"),
            "no_question",
        ),
        (f"<quiz>{SOUND}</quiz>", "no_question"),
        ("and this", "stray"),
        (SOUND.replace("answer", "Answer"), "no_part"),
        (SOUND.replace("<text>Q</text>", "Q"), "stray"),
        (SOUND.replace("<answer", "so <answer", 1), "stray"),
    ],
)
def test_what_belongs_to_no_question_is_a_fault_of_its_line(between, expected):
    source = f"<quiz>\n{SOUND}\n<!-- question: 2 -->\n\n{between}\n{SOUND}\n</quiz>"

    parsed = parse_moodle_xml(source)

    assert (len(parsed.items), found(parsed)) == (2, [(5, expected)])


def test_settings_that_change_marks_are_read_or_told():
    short = SOUND.replace("multichoice", "shortanswer")
    number = SOUND.replace("multichoice", "numerical").replace(">a<", ">1<").replace(">b<", ">2<")

    def read(source: str, setting: str) -> Parsed:
        return parse_moodle_xml(f"<quiz>{source.replace('<answer', f'{setting}<answer', 1)}</quiz>")

    for said, strict in (("1", True), ("true", True), ("0", False), ("false", False)):
        assert read(short, f"<usecase>{said}</usecase>").items[0].case_sensitive is strict
    for said, expected in (("0", []), ("1", [(1, "unit_grading")])):
        assert found(read(number, f"<unitgradingtype>{said}</unitgradingtype>")) == expected


def test_every_reason_ends_as_a_sentence():
    assert [reason for reason in REASONS.values() if not reason.endswith(".")] == []
