"""QTI as other programs write it, and packages that nobody should have to open."""

import io
import zipfile

import pytest

from quiz.formats import packages
from quiz.formats.drafts import Parsed
from quiz.formats.qti import parse_qti


def found(parsed: Parsed) -> list[tuple[int, str]]:
    return [(fault.line, fault.code) for fault in parsed.faults]


def said(parsed: Parsed) -> list[str]:
    return [fault.message for fault in parsed.faults]


def package(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def choice_item(response: str, processing: str = "match_correct") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="q" title="T">
<responseDeclaration identifier="RESPONSE" baseType="identifier" {response}</responseDeclaration>
<itemBody><div class="grid-row"><p>Which?</p>
<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>Choose <b>one</b></prompt>
<simpleChoice identifier="A">x<feedbackInline identifier="A">good</feedbackInline></simpleChoice>
<simpleChoice identifier="B"><p>y</p></simpleChoice></choiceInteraction></div></itemBody>
<responseProcessing template="http://x/rptemplates/{processing}"/></assessmentItem>""".encode()


def mapped(**values: str) -> str:
    entries = (f'<mapEntry mapKey="{key}" mappedValue="{of}"/>' for key, of in values.items())
    return f"<mapping>{''.join(entries)}</mapping>"


ONE_RIGHT = 'cardinality="single"><correctResponse><value>B</value></correctResponse>'


@pytest.mark.parametrize(
    ("response", "processing", "shares"),
    [
        (ONE_RIGHT, "match_correct", [0, 100]),
        (
            'cardinality="single">' + mapped(A="2", B="1"),
            "map_response",
            [100, 50],
        ),
        (
            ONE_RIGHT
            + '<mapping defaultValue="-1"><mapEntry mapKey="B" mappedValue="2"/></mapping>',
            "map_response.xml",
            [-50, 100],
        ),
        (
            'cardinality="multiple"><correctResponse><value>A</value><value>B</value></correctResponse>',
            "match_correct",
            [50, 50],
        ),
        (
            'cardinality="multiple">' + mapped(A="1.5", B="-3"),
            "map_response",
            [100, -100],
        ),
    ],
)
def test_the_shares_of_a_choice_follow_its_processing(response, processing, shares):
    parsed = parse_qti(choice_item(response, processing=processing))

    assert said(parsed) == []
    [item] = parsed.items
    assert [choice.fraction for choice in item.choices] == shares
    assert [(choice.text, choice.feedback) for choice in item.choices] == [
        ("x", "good"),
        ("<p>y</p>", ""),
    ]
    assert "Which?" in item.stem
    assert "<p>Choose <b>one</b></p>" in item.stem


VERSION_3 = """<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
 identifier="n" title="N" time-dependent="false">
<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="float">
<qti-correct-response><qti-value>3.14</qti-value></qti-correct-response>
</qti-response-declaration>
<qti-item-body><p>Pi? <qti-text-entry-interaction response-identifier="RESPONSE"/></p>
</qti-item-body>
<qti-response-processing><qti-response-condition><qti-response-if>CONDITION
<qti-set-outcome-value identifier="SCORE"><qti-base-value base-type="float">2</qti-base-value>
</qti-set-outcome-value></qti-response-if></qti-response-condition></qti-response-processing>
</qti-assessment-item>"""
CORRECT = '<qti-correct identifier="RESPONSE"/>'


def base(number: int) -> str:
    return f'<qti-base-value base-type="float">{number}</qti-base-value>'


def equal(mode: str, tolerance: str, value: str) -> str:
    said = f'tolerance-mode="{mode}" tolerance="{tolerance}"'
    return f"<qti-equal {said}>{VARIABLE}{value}</qti-equal>"


VARIABLE = '<qti-variable identifier="RESPONSE"/>'


LOW, HIGH = f"<qti-gte>{VARIABLE}{base(3)}</qti-gte>", f"<qti-lte>{VARIABLE}{base(4)}</qti-lte>"
RANGE = f"<qti-and>{LOW}{HIGH}</qti-and>"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (equal("absolute", "0.01 0.01", CORRECT), ("3.14", "0.01", None, None)),
        (equal("relative", "50", base(2)), ("2", "1.00", None, None)),
        (equal("absolute", "1 2", CORRECT), (None, None, "2.14", "5.14")),
        (RANGE, (None, None, "3", "4")),
    ],
)
def test_a_number_in_version_3_is_read_with_its_condition(condition, expected):
    parsed = parse_qti(VERSION_3.replace("CONDITION", condition))

    assert said(parsed) == []
    [answer] = parsed.items[0].answers
    numbers = (answer.value, answer.tolerance, answer.low, answer.high)
    assert tuple(number if number is None else str(number) for number in numbers) == expected
    assert (answer.fraction, parsed.items[0].stem) == (100, "<p>Pi? _____</p>")


def test_a_condition_that_we_would_judge_otherwise_is_a_fault():
    custom = f"<qti-custom-operator>{VARIABLE}</qti-custom-operator>"
    turned = f"<qti-gte>{base(3)}{VARIABLE}</qti-gte>"
    other = VARIABLE.replace("RESPONSE", "OTHER")

    for condition in (
        custom,
        f"<qti-and>{turned}{HIGH}</qti-and>",
        f"<qti-and>{LOW}{HIGH}{custom}</qti-and>",
        RANGE.replace(VARIABLE, other),
        equal("absolute", "1", CORRECT).replace(VARIABLE, other),
        equal("absolute", "1", CORRECT).replace(
            "<qti-equal", '<qti-equal include-lower-bound="false"'
        ),
    ):
        assert found(parse_qti(VERSION_3.replace("CONDITION", condition))) == [(8, "condition")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ((b"choiceInteraction", b"hotspotInteraction"), "kind"),
        ((b"<value>B</value>", b"<value>C</value>"), "unknown_choice"),
        ((b"<correctResponse><value>B</value></correctResponse>", b""), "no_response"),
        ((b"<p>y</p>", b'<img src="y.png"/>'), "image_outside"),
        ((b"<p>Which?</p>", b'<p><textEntryInteraction responseIdentifier="R2"/></p>'), "several"),
    ],
)
def test_an_item_that_cannot_be_taken_is_a_fault(change, expected):
    parsed = parse_qti(choice_item(ONE_RIGHT).replace(*change))

    assert (parsed.items, [code for _line, code in found(parsed)]) == ((), [expected])


def test_a_package_names_the_member_of_each_fault_and_reads_the_others():
    data = package(
        {
            "imsmanifest.xml": (
                b'<manifest><resources><resource type="imsqti_item_xmlv2p2" href="gone.xml"/>'
                b"</resources></manifest>"
            ),
            "a/q.xml": choice_item(ONE_RIGHT),
            "b/q.xml": choice_item(ONE_RIGHT),
            "c/q.xml": b"<!DOCTYPE x><assessmentItem/>",
            "test.xml": b"<assessmentTest/>",
            "picture.png": b"",
        }
    )

    parsed = parse_qti(data)

    assert [(item.file, item.identifier) for item in parsed.items] == [("a/q.xml", "q")]
    assert [(fault.file, fault.code) for fault in parsed.faults] == [
        ("b/q.xml", "identifier_in"),
        ("c/q.xml", "xml_doctype"),
        ("imsmanifest.xml", "package_missing"),
    ]
    assert said(parsed)[1].startswith("c/q.xml: The file declares a document type")


def bomb() -> bytes:
    return package({"q.xml": b"0" * (30 * 1024 * 1024)})


def liar() -> bytes:
    """A package whose directory understates what it unpacks to."""
    data = bytearray(bomb())
    place = data.index(b"PK\x01\x02")
    data[place + 24 : place + 28] = (100).to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (package({}), "xml"),
        (package({"readme.txt": b""}), "package_empty"),
        (package({"../q.xml": b""}), "package_name"),
        (package({"/q.xml": b""}), "package_name"),
        (package({"C:/q.xml": b""}), "package_name"),
        (package({f"{n}.txt": b"" for n in range(packages.MAX_MEMBERS + 1)}), "package_many"),
        (package({"q.xml": choice_item(ONE_RIGHT)})[:-30], "package"),
        (b"PK\x03\x04" + b"\x00" * 100, "package"),
        (bomb(), "package_large"),
        (liar(), "package"),
    ],
    ids=["none", "no-item", "above", "root", "drive", "many", "cut", "zeros", "bomb", "liar"],
)
def test_a_package_that_cannot_be_taken_is_one_fault(data, expected):
    assert [code for _line, code in found(parse_qti(data))] == [expected]


def test_the_same_members_make_the_same_bytes():
    assert packages.write_package({"a": b"b"}) == packages.write_package({"a": b"b"})
