"""What is wrong with a file is named by its line, with what to do; nothing is left out silently."""

import json
from collections import defaultdict
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.formats import aiken, csv_faults, faults, packages, qti_items, qti_parts, written
from quiz.formats.aiken import parse_aiken
from quiz.formats.csv_items import parse_csv
from quiz.formats.drafts import Kind, Parsed
from quiz.formats.faults import MAX_ITEMS
from quiz.formats.moodle_xml import parse_moodle_xml
from quiz.formats.qti import parse_qti
from quiz.formats.registry import FORMATS, MAX_BYTES, MAX_TEXT, guess, read_items
from quiz.formats.xml_source import MAX_DEPTH, MAX_ELEMENTS

PARSERS = [parse_aiken, parse_csv, parse_moodle_xml, parse_qti]
XML = [parse_moodle_xml, parse_qti]


def found(parsed: Parsed) -> list[tuple[int, str]]:
    return [(fault.line, fault.code) for fault in parsed.faults]


def said(parsed: Parsed) -> list[str]:
    return [fault.message for fault in parsed.faults]


@pytest.mark.parametrize(
    "module", [faults, aiken, csv_faults, packages, qti_items, qti_parts], ids=lambda m: m.__name__
)
def test_every_reason_is_a_whole_sentence_once_it_is_filled(module):
    for reason in module.REASONS.values():
        message = reason % defaultdict(int)
        assert message == message.strip()
        assert message[-1] in ".?"


def test_every_loss_is_a_whole_sentence_once_it_is_filled():
    assert [r for r in written.LOSSES.values() if (r % defaultdict(int))[-1] != "."] == []


# ---- XML that is no question ---------------------------------------------------------------------

LAUGHS = (
    '<?xml version="1.0"?>\n<!DOCTYPE quiz [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(20))
    + "]>\n<quiz>&u;</quiz>"
)


@pytest.mark.parametrize("parse", XML)
@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (LAUGHS, (2, "xml_doctype")),
        ('<!DOCTYPE quiz SYSTEM "file:///etc/passwd">\n<quiz/>', (1, "xml_doctype")),
        ("<quiz>\n\n&nbsp;</quiz>", (3, "xml_entity")),
        ("<quiz>\n<question></quiz>", (2, "xml")),
        ("<quiz>\n\x00</quiz>", (2, "xml")),
        ("", (1, "xml")),
        ("no XML", (1, "xml")),
        ("<other/>", (1, "xml_root")),
        (b'<?xml version="1.0" encoding="martian"?><quiz/>', (1, "xml")),
        (b"<quiz>\n\xff</quiz>", (2, "xml")),
        ("<quiz>" + "<a>" * MAX_DEPTH, (1, "xml_deep")),
    ],
)
def test_xml_that_cannot_be_taken_is_one_fault(parse, source, fault):
    assert found(parse(source)) == [fault]


def test_xml_of_too_many_elements_is_one_fault():
    assert found(parse_moodle_xml("<quiz>" + "<a/>\n" * MAX_ELEMENTS)) == [
        (MAX_ELEMENTS, "xml_many")
    ]


def test_xml_may_be_in_utf_16_and_have_any_line_ends():
    source = (
        '<?xml version="1.0"?>\n<quiz>\n<question type="essay"><questiontext>'
        "<text>為何？</text>\n</questiontext></question></quiz>"
    )
    plain = parse_moodle_xml(source)

    assert [item.stem for item in plain.items] == ["為何？"]
    for data in (source.encode("utf-16"), source.encode("utf-8-sig")):
        assert parse_moodle_xml(data) == plain
    assert parse_moodle_xml(source.replace("\n", "\r\n")) == plain


# ---- Moodle XML ----------------------------------------------------------------------------------


def question(kind: str, *lines: str, stem: str = "Q") -> str:
    inner = "\n".join(lines)
    return (
        f'<quiz><question type="{kind}"><questiontext format="html"><text>{stem}</text>'
        f"</questiontext>\n{inner}</question></quiz>"
    )


RIGHT, WRONG = (
    '<answer fraction="100"><text>a</text></answer>',
    '<answer fraction="0"><text>b</text></answer>',
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (question("cloze"), (1, "kind")),
        (question("calculated"), (1, "kind")),
        (question("multichoice", RIGHT, WRONG, stem=""), (1, "stem")),
        (question("multichoice", RIGHT), (1, "few")),
        (question("multichoice", WRONG, WRONG), (1, "no_right_answer")),
        (
            question("multichoice", RIGHT, '<answer fraction="33"><text>b</text></answer>'),
            (3, "weight_refused"),
        ),
        (
            question("multichoice", RIGHT, '<answer fraction="x"><text>b</text></answer>'),
            (3, "weight"),
        ),
        (
            question(
                "multichoice",
                "<single>false</single>",
                *['<answer fraction="50"><text>a</text></answer>'] * 3,
            ),
            (1, "weight_total"),
        ),
        (question("truefalse", RIGHT, WRONG), (2, "truth")),
        (
            question("numerical", '<answer fraction="100"><text>three</text></answer>'),
            (2, "number"),
        ),
        (question("numerical"), (1, "no_number")),
        (
            question(
                "numerical",
                '<answer fraction="100"><text>3</text><tolerance>-1</tolerance></answer>',
            ),
            (2, "tolerance"),
        ),
        (
            question("shortanswer", '<answer fraction="50"><text>a</text></answer>'),
            (1, "no_right_answer"),
        ),
        (
            question(
                "matching",
                "<subquestion><text>a</text><answer><text>1</text></answer></subquestion>",
            ),
            (1, "few"),
        ),
        (question("ordering", RIGHT), (1, "few")),
        (question("multichoice", RIGHT, WRONG, stem="@@PLUGINFILE@@/x.png"), (1, "image_missing")),
    ],
)
def test_a_faulty_question_of_moodle_is_named_by_line(source, expected):
    parsed = parse_moodle_xml(source)

    assert (parsed.items, found(parsed)[0]) == ((), expected)


def test_a_question_of_moodle_with_all_that_it_may_have():
    parsed = parse_moodle_xml(
        """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<!-- question: 0 -->
<question type="category"><category><text>$course$/top/Python/hard</text></category></question>
<question type="numerical">
 <name><text>How  far</text></name>
 <questiontext format="html"><text><![CDATA[<p>How far?</p>]]></text></questiontext>
 <generalfeedback format="html"><text></text></generalfeedback>
 <defaultgrade>1.0000000</defaultgrade><penalty>0.3333333</penalty><hidden>0</hidden>
 <idnumber>N7</idnumber>
 <answer fraction="100" format="moodle_auto_format"><text>2.5</text><tolerance>0.1</tolerance>
  <feedback format="html"><text>Yes</text></feedback></answer>
 <answer fraction="0" format="moodle_auto_format"><text>*</text><tolerance>0</tolerance>
  <feedback format="html"><text>No</text></feedback></answer>
 <units><unit><multiplier>1</multiplier><unit_name>km</unit_name></unit>
  <unit><multiplier>1000</multiplier><unit_name>m</unit_name></unit></units>
 <tags><tag><text>distance</text></tag></tags>
</question>
<question type="ordering"><name><text>O</text></name>
 <questiontext format="markdown"><text>Order</text></questiontext>
 <layouttype>VERTICAL</layouttype>
 <answer fraction="2.0000000" format="html"><text>second</text></answer>
 <answer fraction="1.0000000" format="html"><text>first</text></answer>
</question>
</quiz>"""
    )

    assert said(parsed) == []
    number, order = parsed.items
    assert (number.identifier, number.title, number.tags) == ("N7", "How far", ("distance",))
    assert number.category == "$course$/top/Python/hard"
    assert [(unit.name, str(unit.size)) for unit in number.units] == [("km", "1"), ("m", "0.001")]
    assert [answer.feedback for answer in number.answers] == ["Yes", "No"]
    assert [choice.text for choice in order.choices] == ["first", "second"]
    assert [item.line for item in parsed.items] == [5, 19]


# ---- Aiken ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Q?\nA. x\nB. y\n", [(1, "no_answer_line")]),
        ("Q?\nA. x\nB. y\nANSWER: C\n", [(4, "answer_letter")]),
        ("Q?\nA. x\nB. y\nANSWER: A, B\n", [(4, "several")]),
        ("Q?\nA. x\nC. y\nANSWER: A\n", [(3, "letters")]),
        ("A. x\nB. y\nANSWER: A\n", [(1, "no_question")]),
        ("Q?\nA. x\nANSWER: A\n", [(1, "few")]),
        ("Q?\nA. x\nB.\nANSWER: A\n", [(1, "blank")]),
        ("Q?\x00\nA. x\nB. y\nANSWER: A\n", [(1, "nul")]),
        ("Q?\na. x\nb. y\nANSWER: A\n", [(2, "unlike_choice"), (3, "unlike_choice")]),
        ("Q?\nA.x\nB. y\nC. z\nANSWER: B\n", [(2, "unlike_choice")]),
        ("Q?\nA. x\nb. y\nC. z\nANSWER: A\n", [(3, "unlike_choice")]),
        ("Q?\nＡ. x\nＢ．y\nANSWER: A\n", [(2, "unlike_choice"), (3, "unlike_choice")]),
        ("Q?\nA. x\nB.y\n", [(3, "unlike_choice")]),
        ("Q?\nA. x\nand more\nB. y\nANSWER: A\n", [(3, "continued")]),
        ("Q?\nA. x\nB. y\nand more\nANSWER: A\n", [(4, "continued")]),
        ("Q?\nA. x\nB. y\n\nR?\nA. x\nB. y\n", [(1, "no_answer_line"), (5, "no_answer_line")]),
    ],
)
def test_a_faulty_question_of_aiken_is_named_by_line(source, expected):
    parsed = parse_aiken(f"{source}\nThe next?\nA) yes\nB) no\nanswer: b\n")

    assert found(parsed) == expected
    assert [item.stem for item in parsed.items] == ["The next?"]
    assert [choice.fraction for choice in parsed.items[0].choices] == [0, 100]


def test_a_text_of_aiken_may_list_what_its_choices_speak_of():
    parsed = parse_aiken("Which?\na. one\nb. two\nA. only a\nB. only b\nANSWER: B\n")

    assert (found(parsed), parsed.items[0].stem) == ([], "Which?\na. one\nb. two")


# ---- CSV -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heads", "cells", "expected"),
    [
        ("question,right,choice a,choice b", "Q,c,x,y", "right"),
        ("question,right,share 1,choice a,choice b", "Q,a,100,x,y", "right_and_share"),
        ("question,share 1,choice a,choice b", "Q,100,x,y", "kind_missing"),
        ("question,kind,share 1,choice a,choice b", "Q,single,half,x,y", "weight"),
        ("question,kind,choice a,choice c", "Q,single,x,y", "gap"),
        ("question,kind", "Q,drawing", "kind"),
        ("question,kind,choice 1", "Q,number,three", "number"),
        ("question,kind,choice 1,units", "Q,number,3,km=0", "unit"),
        ("question,right,difficulty", "Q,true,cruel", "difficulty"),
        ("question,right,format", "Q,true,word", "format"),
        ("question,right,", "Q,true,,more", "cells"),
        ("question,,right", "Q,more,true", "unheaded"),
        ("question,,right", "Q, ,true", None),
        ("question,kind,right", ",truefalse,true", "stem"),
        ("question (en),explanation (zh-hant),right", "Q,因為,true", None),
        (
            "question (en),question (zh-hant),explanation (zh-hant),right",
            "Q,,因為,true",
            "translation",
        ),
    ],
)
def test_a_faulty_row_is_named_by_line(heads, cells, expected):
    parsed = parse_csv(f"{heads}\r\n{cells}\r\n")

    assert found(parsed) == ([(2, expected)] if expected else [])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"", (1, "empty")),
        (b"a,b\n1,2\n", (1, "header")),
        (b"question,colour\nQ,red\n", (1, "heading")),
        (b"question,stem\nQ,Q\n", (1, "heading_twice")),
        (b"question (zh-hant),right\nQ,true\n", (1, "language")),
        (b'question,right\n"Q,true\n', (2, "quote")),
        (b"question,right\nQ\x00,true\n", (2, "nul")),
        (b"question,right\nQ\xe9,true\n", (2, "unreadable")),
    ],
)
def test_a_table_that_cannot_be_read_is_one_fault(source, expected):
    assert found(parse_csv(source)) == [expected]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "big5hkscs"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_with_chinese_headings_in_any_order_and_encoding(encoding, end):
    rows = [
        "正確答案,選項 2（中文）,題目（中文）,選項 1（中文）,難度,主題",
        "a,否,對嗎？,對,易,python",
    ]

    parsed = parse_csv(end.join(rows).encode(encoding), "zh-hant")

    [item] = parsed.items
    assert (item.kind, item.stem, item.category) == (Kind.SINGLE, "對嗎？", "python/easy")
    assert [(choice.text, choice.fraction) for choice in item.choices] == [("對", 100), ("否", 0)]


# ---- any file ------------------------------------------------------------------------------------

TOKENS = [
    "<quiz>",
    "</quiz>",
    '<question type="multichoice">',
    "</question>",
    "<text>",
    "question,right\n",
]
TOKENS += [
    "A. x\n",
    "ANSWER: A\n",
    "Q?\n",
    '"',
    ",",
    "\n",
    "true",
    "\x00",
    "PK\x03\x04",
    "<!DOCTYPE a>",
]


@pytest.mark.parametrize("parse", PARSERS)
@given(
    st.lists(st.sampled_from(TOKENS) | st.text(max_size=3), max_size=20).map("".join)
    | st.binary(max_size=80)
)
def test_any_file_is_read_without_an_error(parse: Callable[[object], Parsed], source: object):
    parsed = parse(source)

    assert json.dumps(parsed.as_json(), ensure_ascii=True)


def test_a_file_beyond_its_limit_is_refused_with_the_limit():
    for name in FORMATS:
        is_text = name in ("gift", "aiken", "csv")
        most = MAX_TEXT if is_text else MAX_BYTES
        [refused] = read_items(name, b"\n" * (most + 1)).faults
        assert (
            refused.message
            == f"The file has more than {4 if is_text else 20} MB. Split it into several files."
        )


MANY = MAX_ITEMS + 3


@pytest.mark.parametrize(
    ("name", "source", "line"),
    [
        ("gift", "Q?{T}\n\n" * MANY, 2 * MAX_ITEMS + 1),
        ("gift", "Q?{\n\n" * MANY, 2 * MAX_ITEMS + 1),
        ("aiken", "Q?\nA. x\nB. y\nANSWER: A\n" * MANY, 4 * MAX_ITEMS + 1),
        ("csv", "question,right\n" + "Q,true\n" * MANY, MAX_ITEMS + 2),
        ("moodle-xml", f"<quiz>\n{'<question/>' * MANY}</quiz>", 2),
    ],
)
def test_a_file_of_too_many_questions_is_told_where_it_goes_on(name, source, line):
    parsed = read_items(name, source.encode())

    assert (parsed.items, found(parsed)[-1]) == ((), (line, "too_long"))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("gift", ""),
        ("gift", "// a comment\n\n$CATEGORY: a\n"),
        ("aiken", "\n \n"),
        ("csv", "question,right\n"),
        ("moodle-xml", "<quiz/>"),
        (
            "moodle-xml",
            '<quiz><question type="category"><category><text>a</text></category></question></quiz>',
        ),
    ],
)
def test_a_file_without_a_question_is_one_fault(name, source):
    assert said(read_items(name, source.encode())) == ["No question was found in this file."]


@given(st.text(max_size=5), st.binary(max_size=60))
def test_a_format_is_guessed_for_any_file(name, data):
    assert guess(name, data) in FORMATS
