from datetime import datetime
from hashlib import sha256

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import AuditEvent, User
from dtt.play.quiz import load_item_bank
from quiz.domain.bank import UnableToApproveItems, approve_items
from quiz.domain.importing import Action, ImportReport, import_items
from quiz.formats.gift import parse_gift
from quiz.models import Item, ItemVersion
from quiz.scoring import SingleKey, key_from_dict
from tests.quiz.conftest import load_bank

pytestmark = pytest.mark.django_db
ONE = "$CATEGORY: python/easy\n\n// [id:A]\n[markdown]One? {=yes ~no ####Because.}"
ONE_ZH = "$CATEGORY: python/easy\n\n// [id:A]\n[markdown]一？ {=是 ~否 ####因為。}"


def bring_in(
    source: str, *, by: User | None, now: datetime, language: str = "en", confirm: bool = True
) -> ImportReport:
    return import_items(
        parsed=parse_gift(source),
        language=language,
        source_name="a.gift",
        source_sha256=sha256(source.encode()).hexdigest(),
        by=by,
        now=now,
        confirm=confirm,
    )


def approve_all(by: User, now: datetime) -> int:
    ids = ItemVersion.objects.values_list("pk", flat=True)
    return approve_items(version_ids=list(ids), by=by, now=now)


def actions(report: ImportReport) -> list[Action]:
    return [step.action for step in report.steps]


def test_nothing_is_written_until_it_is_confirmed(author: User, now: datetime) -> None:
    report = bring_in(ONE, by=author, now=now, confirm=False)

    assert (actions(report), report.written) == ([Action.CREATE], False)
    assert Item.objects.count() == 0


def test_both_languages_become_one_version(author: User, now: datetime) -> None:
    bring_in(ONE, by=author, now=now)
    report = bring_in(ONE_ZH, by=author, now=now, language="zh-hant")

    assert actions(report) == [Action.TRANSLATE]
    [version] = ItemVersion.objects.select_related("item")
    assert (version.item.code, version.item.topic, version.item.difficulty, version.number) == (
        "A",
        "python",
        "easy",
        1,
    )
    assert (version.stem_en, version.stem_zh) == ("One?", "一？")
    assert (version.feedback_en, version.feedback_zh) == ("Because.", "因為。")
    assert [choice["text"] for choice in version.choices] == [
        {"en": "yes", "zh-hant": "是"},
        {"en": "no", "zh-hant": "否"},
    ]
    assert key_from_dict(version.key) == SingleKey({"a": 1, "b": 0})


def test_a_second_import_changes_nothing(author: User, manager: User, now: datetime) -> None:
    for _twice in range(2):
        bring_in(ONE, by=author, now=now)
        bring_in(ONE_ZH, by=author, now=now, language="zh-hant")
    approve_all(manager, now)
    events = AuditEvent.objects.count()

    reports = [
        bring_in(ONE, by=author, now=now),
        bring_in(ONE_ZH, by=author, now=now, language="zh-hant"),
    ]

    assert [actions(report) for report in reports] == [[Action.SKIP], [Action.SKIP]]
    assert (ItemVersion.objects.count(), AuditEvent.objects.count()) == (1, events)


def test_a_new_key_makes_a_version_that_keeps_its_translation(author: User, now: datetime) -> None:
    bring_in(ONE, by=author, now=now)
    bring_in(ONE_ZH, by=author, now=now, language="zh-hant")

    report = bring_in(ONE.replace("=yes ~no", "~yes =no"), by=author, now=now)

    assert actions(report) == [Action.NEW_VERSION]
    newest = ItemVersion.objects.newest().get()
    assert (newest.number, newest.stem_zh, newest.feedback_zh) == (2, "一？", "因為。")
    assert newest.choices[1]["text"]["zh-hant"] == "否"


def test_new_words_make_a_version_that_needs_a_new_translation(author: User, now: datetime) -> None:
    bring_in(ONE, by=author, now=now)
    bring_in(ONE_ZH, by=author, now=now, language="zh-hant")

    bring_in(ONE.replace("One?", "One or two?"), by=author, now=now)

    newest = ItemVersion.objects.newest().get()
    assert (newest.number, newest.stem_zh, newest.choices[0]["text"]["zh-hant"]) == (2, "", "")


def test_an_approved_item_gets_a_new_translation_as_a_new_version(
    author: User, manager: User, now: datetime
) -> None:
    bring_in(ONE, by=author, now=now)
    bring_in(ONE_ZH, by=author, now=now, language="zh-hant")
    approve_all(manager, now)

    report = bring_in(ONE_ZH.replace("因為", "由於"), by=author, now=now, language="zh-hant")

    assert actions(report) == [Action.NEW_VERSION]
    said = ItemVersion.objects.order_by("number").values_list("number", "feedback_zh")
    assert list(said) == [(1, "因為。"), (2, "由於。")]
    assert ItemVersion.objects.usable().get().number == 1


@pytest.mark.parametrize(
    ("language", "source", "line", "message"),
    [
        ("en", ONE + "\n\nTwo? {~a ~b}", 6, "No answer gets full marks"),
        ("en", ONE + "\n\nWrite about it. {}", 6, "kind “essay” cannot be scored"),
        ("en", ONE + "\n\nOne? {=1 ~2}\n\nOne? {=1 ~2}", 8, "stands in line 6"),
        ("zh-hant", ONE_ZH.replace("[id:A]", "[id:B]"), 4, "Import the English file first"),
        ("zh-hant", ONE_ZH.replace("~否", "~否 ~或"), 4, "another kind or number of choices"),
        ("zh-hant", ONE_ZH.replace("=是 ~否", "~是 =否"), 4, "another key"),
        ("en", ONE.replace("easy", "hard"), 4, "is in the bank under python/easy"),
    ],
)
def test_one_problem_stops_the_whole_file(
    author: User, now: datetime, language: str, source: str, line: int, message: str
) -> None:
    bring_in(ONE, by=author, now=now)
    before = list(ItemVersion.objects.values())

    report = bring_in(source, by=author, now=now, language=language)

    assert [problem.line for problem in report.problems] == [line]
    assert message in report.problems[0].message
    assert (report.written, list(ItemVersion.objects.values())) == (False, before)


def test_a_question_without_an_identifier_is_found_again(author: User, now: datetime) -> None:
    source = "::Title::How many? {#7}"
    bring_in(source, by=author, now=now)

    assert actions(bring_in(source, by=author, now=now)) == [Action.SKIP]


def test_the_author_cannot_approve(author: User, manager: User, now: datetime) -> None:
    bring_in(ONE, by=author, now=now)
    bring_in(ONE_ZH, by=author, now=now, language="zh-hant")

    with pytest.raises(UnableToApproveItems, match="The author cannot approve"):
        approve_all(author, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        ItemVersion.objects.update(approved_by=author, approved_at=now)

    assert [approve_all(manager, now), approve_all(manager, now)] == [1, 0]


def test_an_item_in_one_language_is_not_approved(
    author: User, manager: User, now: datetime
) -> None:
    bring_in(ONE, by=author, now=now)

    with pytest.raises(UnableToApproveItems, match="not complete in both languages: A v1"):
        approve_all(manager, now)


@pytest.mark.parametrize(
    "change", [{"stem_en": "Other"}, {"key": {}}, {"approved_at": None, "approved_by": None}]
)
def test_the_database_refuses_to_change_an_approved_version(
    author: User, manager: User, now: datetime, change: dict[str, object]
) -> None:
    load_bank(by=author, approver=manager, now=now)

    with pytest.raises(DatabaseError, match="can no longer change"), transaction.atomic():
        ItemVersion.objects.update(**change)
    with pytest.raises(DatabaseError, match="can no longer change"), transaction.atomic():
        ItemVersion.objects.all().delete()


def test_the_demo_bank_is_in_both_languages_and_approved(
    author: User, manager: User, now: datetime
) -> None:
    loaded = load_item_bank(by=author, approver=manager, now=now)
    again = load_item_bank(by=author, approver=manager, now=now)

    assert (loaded, again, ItemVersion.objects.usable().complete().count()) == (111, 0, 111)
    assert Item.objects.filter(practice=True).count() == 6
