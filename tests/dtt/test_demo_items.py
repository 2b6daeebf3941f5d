"""The demo item bank: both languages say the same, every key is sound, no paper runs it dry."""

import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

import dtt
from quiz.formats.drafts import ChoiceDraft, ItemDraft, Kind, Parsed
from quiz.formats.gift import parse_gift

DEMO = Path(dtt.__file__).parent / "demo"
TOPICS = ("data-handling", "machine-learning", "mathematics", "python", "statistics")
PAPER = {"easy": 3, "medium": 2, "hard": 1}  # items of one topic in a demo paper
SPARE = 3  # the bank holds this many times what one paper draws


def parsed(topic: str, language: str) -> Parsed:
    return parse_gift((DEMO / f"{topic}.{language}.gift").read_bytes())


ENGLISH = {topic: parsed(topic, "en").items for topic in TOPICS}
CHINESE = {topic: parsed(topic, "zh-hant").items for topic in TOPICS}
EVERY_ENGLISH_ITEM = [item for items in ENGLISH.values() for item in items]
EVERY_ITEM = EVERY_ENGLISH_ITEM + [item for items in CHINESE.values() for item in items]


def right_choices(item: ItemDraft) -> list[ChoiceDraft]:
    return [choice for choice in item.choices if choice.fraction > 0]


def skeleton(item: ItemDraft) -> tuple[object, ...]:
    """All of an item that must not depend on its language."""
    weights = tuple(choice.fraction for choice in item.choices)
    return item.identifier, item.title, item.category, item.kind, weights, item.answers


def cjk(text: str) -> str:
    return "".join(character for character in text if "\u4e00" <= character <= "\u9fff")


def program_in(item: ItemDraft) -> str:
    """The Python program of a stem that asks what it prints, or an empty text."""
    question, _, fenced = item.stem.partition("\n\n```python\n")
    return fenced.removesuffix("\n```") if question == "What does this program print?" else ""


PROGRAMS = [item for item in EVERY_ENGLISH_ITEM if program_in(item)]


@pytest.mark.parametrize("language", ["en", "zh-hant"])
@pytest.mark.parametrize("topic", TOPICS)
def test_a_bank_file_has_no_faults(topic, language):
    assert [fault.message for fault in parsed(topic, language).faults] == []


def test_the_bank_has_five_topics_in_two_languages():
    files = sorted(path.name for path in DEMO.glob("*.gift"))

    assert files == [
        f"{topic}.{language}.gift" for topic in TOPICS for language in ("en", "zh-hant")
    ]


def test_the_bank_has_at_least_a_hundred_items():
    assert len(EVERY_ENGLISH_ITEM) >= 100


def test_every_identifier_is_used_once():
    uses = Counter(item.identifier for item in EVERY_ENGLISH_ITEM)

    assert {identifier: n for identifier, n in uses.items() if n > 1 or not identifier} == {}


@pytest.mark.parametrize("topic", TOPICS)
def test_both_languages_differ_in_their_words_alone(topic):
    assert [skeleton(item) for item in CHINESE[topic]] == [skeleton(i) for i in ENGLISH[topic]]


@pytest.mark.parametrize("topic", TOPICS)
def test_both_languages_show_the_same_code(topic):
    def code(item: ItemDraft) -> str:
        return item.stem.partition("```")[2]

    assert [code(item) for item in CHINESE[topic]] == [code(item) for item in ENGLISH[topic]]


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_holds_three_times_what_a_paper_draws(topic):
    bank = Counter(item.category for item in ENGLISH[topic])
    short = {level: n for level, n in PAPER.items() if bank[f"{topic}/{level}"] < SPARE * n}

    assert short == {}
    assert set(bank) == {f"{topic}/{level}" for level in PAPER}


def test_no_choice_text_is_repeated_within_an_item():
    repeated = [
        item.identifier
        for item in EVERY_ITEM
        if len({choice.text for choice in item.choices}) < len(item.choices)
    ]

    assert repeated == []


def test_a_single_choice_item_has_four_choices_and_one_is_right():
    singles = [item for item in EVERY_ITEM if item.kind == Kind.SINGLE]
    weights = {tuple(sorted(choice.fraction for choice in item.choices)) for item in singles}

    assert weights == {(0, 0, 0, 100)}


def test_a_multiple_choice_item_gives_all_for_the_key_and_nothing_for_ticking_everything():
    multiples = [item for item in EVERY_ITEM if item.kind == Kind.MULTIPLE]
    key = {sum(choice.fraction for choice in right_choices(item)) for item in multiples}
    everything = {sum(choice.fraction for choice in item.choices) for item in multiples}

    assert (key, everything) == ({Decimal(100)}, {Decimal(0)})


def test_the_right_choice_is_about_as_often_in_each_place():
    singles = [item for item in EVERY_ENGLISH_ITEM if item.kind == Kind.SINGLE]
    places = Counter(item.choices.index(right_choices(item)[0]) for item in singles)
    share = {place: n / len(singles) for place, n in places.items()}

    assert [place for place in range(4) if not 0.15 <= share.get(place, 0) <= 0.35] == []


def test_true_and_false_are_right_equally_often():
    keys = Counter(
        item.choices[0].fraction for item in EVERY_ENGLISH_ITEM if item.kind == Kind.TRUE_FALSE
    )

    assert keys[Decimal(100)] == keys[Decimal(0)] > 0


def test_every_kind_of_item_occurs():
    kinds = {item.kind for item in EVERY_ENGLISH_ITEM}

    assert kinds == {Kind.SINGLE, Kind.MULTIPLE, Kind.TRUE_FALSE, Kind.NUMERICAL, Kind.SHORT}


def test_every_item_explains_its_answer():
    assert [item.identifier for item in EVERY_ITEM if not item.general_feedback] == []


def test_chinese_stems_are_in_chinese():
    items = [item for items in CHINESE.values() for item in items]

    assert [item.identifier for item in items if not cjk(item.stem)] == []


def test_english_items_have_no_chinese_in_them():
    mixed = [
        item.identifier
        for item in EVERY_ENGLISH_ITEM
        if cjk(item.stem + item.general_feedback + "".join(c.text for c in item.choices))
    ]

    assert mixed == []


@pytest.mark.parametrize("topic", TOPICS)
def test_chinese_is_written_in_the_characters_of_hong_kong(topic):
    text = cjk((DEMO / f"{topic}.zh-hant.gift").read_text(encoding="utf-8"))

    assert text.encode("big5hkscs").decode("big5hkscs") == text


@pytest.mark.parametrize("item", PROGRAMS, ids=lambda item: item.identifier)
def test_a_program_prints_its_keyed_choice(item):
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program_in(item)],
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )

    assert [f"`{run.stdout.strip()}`"] == [choice.text for choice in right_choices(item)]


def test_the_bank_asks_what_programs_print():
    assert len(PROGRAMS) >= 8
