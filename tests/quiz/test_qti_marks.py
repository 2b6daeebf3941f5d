"""QTI of other programs: marks that would be given otherwise, and parts that would be lost."""

import pytest

from quiz.formats.drafts import Parsed
from quiz.formats.qti import parse_qti
from tests.quiz.test_qti import ONE_RIGHT, choice_item, mapped, package

TEMPLATE = '<responseProcessing template="http://x/rptemplates/match_correct"/>'
VARIABLE, CORRECT = '<variable identifier="RESPONSE"/>', '<correct identifier="RESPONSE"/>'
ENTRY = """<assessmentItem identifier="e" title="E">
<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="string">
<correctResponse><value>York</value></correctResponse></responseDeclaration>
<itemBody><p>Where? <textEntryInteraction responseIdentifier="RESPONSE"/></p></itemBody>
PROCESSING</assessmentItem>"""
MATCH = """<assessmentItem identifier="m" title="M">
<responseDeclaration identifier="RESPONSE" cardinality="multiple" baseType="directedPair">
DECLARED</responseDeclaration>
<itemBody><p>Match.</p><matchInteraction responseIdentifier="RESPONSE">
<simpleMatchSet><simpleAssociableChoice identifier="P1">a</simpleAssociableChoice>
<simpleAssociableChoice identifier="P2">b</simpleAssociableChoice></simpleMatchSet>
<simpleMatchSet><simpleAssociableChoice identifier="O1">1</simpleAssociableChoice>
<simpleAssociableChoice identifier="O2">2</simpleAssociableChoice></simpleMatchSet>
</matchInteraction></itemBody>
<responseProcessing template="map_response"/></assessmentItem>"""

PAIRED = MATCH.replace("DECLARED", mapped(X="1"))


def codes(parsed: Parsed) -> list[str]:
    return [fault.code for fault in parsed.faults]


def score(value: str) -> str:
    said = f'<baseValue baseType="float">{value}</baseValue>'
    return f'<setOutcomeValue identifier="SCORE">{said}</setOutcomeValue>'


def rules(condition: str, worth: str = "1", *, otherwise: str = "", more: str = "") -> str:
    rest = f"<responseElse>{otherwise}</responseElse>" if otherwise else ""
    won = f"<responseIf>{condition}{score(worth)}</responseIf>"
    whole = f"<responseCondition>{won}{rest}</responseCondition>{more}"
    return f"<responseProcessing>{whole}</responseProcessing>"


def with_rules(processing: str, response: str = ONE_RIGHT) -> bytes:
    return choice_item(response).replace(TEMPLATE.encode(), processing.encode())


MATCHED = f"<match>{VARIABLE}{CORRECT}</match>"
OTHER_RIGHT = f'<match>{VARIABLE}<baseValue baseType="identifier">A</baseValue></match>'
MAPS = '<setOutcomeValue identifier="SCORE"><mapResponse identifier="RESPONSE"/></setOutcomeValue>'
TELLS = '<setOutcomeValue identifier="FEEDBACK"><variable identifier="RESPONSE"/></setOutcomeValue>'
UNANSWERED = (
    f"<responseProcessing><responseCondition><responseIf><isNull>{VARIABLE}</isNull>"
    f"{score('0.0')}</responseIf><responseElse>{MAPS}</responseElse></responseCondition>"
    "</responseProcessing>"
)


@pytest.mark.parametrize(
    ("processing", "response", "shares"),
    [
        ("", ONE_RIGHT, [0, 100]),
        ("<responseProcessing/>", ONE_RIGHT, [0, 100]),
        (rules(MATCHED, otherwise=score("0"), more=TELLS), ONE_RIGHT, [0, 100]),
        (rules(MATCHED, "3"), ONE_RIGHT, [0, 100]),
        (UNANSWERED, 'cardinality="single">' + mapped(A="4", B="2"), [100, 50]),
        (
            f"<responseProcessing>{score('0')}{MAPS}</responseProcessing>",
            'cardinality="single">' + mapped(A="4", B="2"),
            [100, 50],
        ),
    ],
)
def test_rules_that_say_what_a_template_says_are_read_as_it(processing, response, shares):
    parsed = parse_qti(with_rules(processing, response))

    assert codes(parsed) == []
    assert [choice.fraction for choice in parsed.items[0].choices] == shares


@pytest.mark.parametrize(
    ("processing", "named"),
    [
        (rules(OTHER_RIGHT), "baseValue"),
        (rules(MATCHED, otherwise=score("0.5")), "setOutcomeValue"),
        (rules(MATCHED, more=rules(OTHER_RIGHT)[20:-21]), "responseCondition"),
        (rules(f"<patternMatch pattern='.*'>{VARIABLE}</patternMatch>"), "patternMatch"),
        (rules("<match/>"), "match"),
        (rules(MATCHED, "-1"), "setOutcomeValue"),
        (f"<responseProcessing>{TELLS}</responseProcessing>", "responseProcessing"),
        ('<responseProcessing template="http://x/map_response_point"/>', "map_response_point"),
        ('<responseProcessing template="http://x/mine.xml"/>', "mine.xml"),
        (f"<responseProcessing><exitResponse/>{MAPS}</responseProcessing>", "setOutcomeValue"),
    ],
)
def test_rules_of_its_own_are_a_fault_that_names_them(processing, named):
    for item in (with_rules(processing), ENTRY.replace("PROCESSING", processing).encode()):
        parsed = parse_qti(item)

        assert (parsed.items, codes(parsed)) == ((), ["processing"])
        assert f"({named})" in parsed.faults[0].message


def test_a_typed_answer_is_as_strict_about_capitals_as_its_rule():
    for said, strict in (("false", False), ("true", True)):
        condition = f'<stringMatch caseSensitive="{said}">{VARIABLE}{CORRECT}</stringMatch>'
        parsed = parse_qti(ENTRY.replace("PROCESSING", rules(condition)))

        assert codes(parsed) == []
        assert parsed.items[0].case_sensitive is strict
    part = f'<stringMatch caseSensitive="false" substring="true">{VARIABLE}{CORRECT}</stringMatch>'
    assert codes(parse_qti(ENTRY.replace("PROCESSING", rules(part)))) == ["processing"]


@pytest.mark.parametrize(
    "processing",
    [
        '<responseProcessing template="http://x/mine"/>',
        rules(MATCHED, otherwise=score("0.5")),
        rules(f"<equal>{VARIABLE}{CORRECT}</equal>", otherwise=score("1")),
        rules(f"<equal>{VARIABLE}{CORRECT}</equal>", more=rules(MATCHED)[20:-21]),
        rules(f"<equal>{VARIABLE}{CORRECT}</equal>").replace(
            score("1"), score("1").replace("baseValue", "sum")
        ),
    ],
)
def test_a_number_with_marks_of_another_kind_is_a_fault(processing):
    item = ENTRY.replace('"string"', '"float"').replace("York", "3")
    parsed = parse_qti(item.replace("PROCESSING", processing))

    assert parsed.items == ()
    assert len(parsed.faults) == 1


@pytest.mark.parametrize(
    ("source", "old", "new"),
    [
        (choice_item(ONE_RIGHT).decode(), '<simpleChoice identifier="A">', 'identifier="B">'),
        (PAIRED, 'identifier="P2"', 'identifier="P1"'),
        (PAIRED, 'identifier="O2"', 'identifier="P1"'),
    ],
)
def test_two_choices_of_one_identifier_are_a_fault(source, old, new):
    whole = "<simpleChoice " if old.startswith("<") else ""
    parsed = parse_qti(source.replace(old, whole + new))

    assert (parsed.items, codes(parsed)) == ((), ["choice_twice"])


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ('<assessmentStimulusRef identifier="s" href="s.xml"/>', "<itemBody>"),
        ("<templateProcessing/>", "<itemBody>"),
        ('<printedVariable identifier="X"/>', "<p>Which?"),
        ('<rubricBlock view="scorer"><p>Key</p></rubricBlock>', "<p>Which?"),
        ('<feedbackBlock identifier="f"><p>Well</p></feedbackBlock>', "<p>Which?"),
        ('<span><feedbackInline identifier="f">Well</feedbackInline></span>', "<p>y</p>"),
    ],
)
def test_a_part_that_would_be_lost_is_a_fault(part, place):
    parsed = parse_qti(choice_item(ONE_RIGHT).decode().replace(place, part + place))

    assert (parsed.items, codes(parsed)) == ((), ["unread"])


def test_a_passage_before_the_question_is_a_part_of_it():
    passage = '<rubricBlock view="candidate author"><p>Once upon a time.</p></rubricBlock>'

    parsed = parse_qti(choice_item(ONE_RIGHT).decode().replace("<p>Which?", f"{passage}<p>Which?"))

    assert codes(parsed) == []
    assert "<div><p>Once upon a time.</p></div><p>Which?</p>" in parsed.items[0].stem


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ('upperBound="1"', ["mapping"]),
        ('upperBound="2"', []),
        ('lowerBound="0"', []),
        ('lowerBound="0.5"', ["mapping"]),
    ],
)
def test_a_bound_that_changes_marks_is_a_fault(bounds, expected):
    response = 'cardinality="multiple">' + mapped(A="1", B="1")
    response = response.replace("<mapping", f"<mapping {bounds}")

    assert codes(parse_qti(choice_item(response, "map_response"))) == expected


@pytest.mark.parametrize("base_type", ["string", "float"])
@pytest.mark.parametrize("said", ['defaultValue="1"', 'upperBound="0.5"'])
def test_a_mapping_of_typed_answers_that_changes_marks_is_a_fault(base_type, said):
    right = "<correctResponse><value>York</value></correctResponse>"
    item = ENTRY.replace('"string"', f'"{base_type}"').replace("PROCESSING", "")
    item = item.replace(right, mapped(**{"3": "1"}).replace("<mapping", f"<mapping {said}"))

    assert codes(parse_qti(item)) == ["mapping"]
    assert codes(parse_qti(item.replace(said, ""))) == []


def pair(key: str, worth: str) -> str:
    return f'<mapEntry mapKey="{key}" mappedValue="{worth}"/>'


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([("P1 O1", "1"), ("P2 O2", "1")], []),
        ([("P1 O1", "2"), ("P2 O2", "1")], ["match_values"]),
        ([("P1 O1", "1"), ("P2 O2", "1"), ("P1 O2", "-1")], ["match_values"]),
        ([("P1 O1", "1"), ("P2 O2", "1"), ("P2 O2", "1")], ["mapping"]),
        ([("P1", "1"), ("P2 O2", "1")], ["unknown_choice"]),
        ([("P1 P2", "1"), ("P2 O2", "1")], ["unknown_choice"]),
    ],
)
def test_pairs_that_are_worth_unlike_marks_are_a_fault(entries, expected):
    mapping = f"<mapping>{''.join(pair(*entry) for entry in entries)}</mapping>"

    assert codes(parse_qti(MATCH.replace("DECLARED", mapping))) == expected


def test_what_can_be_chosen_in_a_match_is_not_robbed_of_its_markup():
    right = "<correctResponse><value>P1 O1</value><value>P2 O2</value></correctResponse>"
    item = MATCH.replace("DECLARED", right).replace("map_response", "match_correct")

    assert codes(parse_qti(item)) == []
    assert codes(parse_qti(item.replace(">2</", ">x<sup>2</sup></"))) == ["option_markup"]


def test_an_item_of_a_package_is_known_by_what_it_is_not_by_its_name():
    other = choice_item(ONE_RIGHT).replace(b'identifier="q"', b'identifier="r"')
    older = b"<questestinterop><item/></questestinterop>"

    parsed = parse_qti(
        package({"c.qti": choice_item(ONE_RIGHT), "d": other, "e.xml": older, "f.css": b"<!-- -->"})
    )

    assert [(item.file, item.identifier) for item in parsed.items] == [("c.qti", "q"), ("d", "r")]
    assert [(fault.file, fault.code) for fault in parsed.faults] == [("e.xml", "xml_root")]
