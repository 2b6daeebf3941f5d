"""The author's room: from what is written in the form to an approved version."""

from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.models import AuditEvent, User
from accounts.roles import Role
from dtt.play.people import make_cohort, make_user
from quiz.authoring import NotWritten, Row, body_of, clean_source, rows_of
from quiz.differences import differences
from quiz.domain.authoring import (
    Content,
    UnableToWrite,
    edit_item,
    restore_item,
    retire_item,
    write_item,
)
from quiz.domain.bank import UnableToApproveItems, approve_items
from quiz.domain.setting_up import UnableToSetUpQuiz, set_up_quiz
from quiz.models import Item, ItemVersion
from quiz.papers import Blueprint, Cell
from quiz.scoring import key_from_dict
from tests.quiz.conftest import load_bank
from tests.quiz.test_images import png

TEXTS = st.text(alphabet="abc *.%\u5b57", max_size=6)
ROWS = st.lists(st.builds(Row, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS), max_size=5)
KINDS = ("single", "multiple", "truefalse", "numerical", "short", "matching", "ordering")


def content(**fields: Any) -> Content:
    plain: dict[str, Any] = {
        "kind": "truefalse",
        "text_format": "markdown",
        "stem_en": "Is it?",
        "stem_zh": "是嗎？",
        "key": {"kind": "truefalse", "answer": True},
    }
    return Content(**plain | fields)


def write(by: User, now: datetime, code: str = "NEW", **fields: Any) -> ItemVersion:
    said = content(**fields)
    return write_item(code=code, topic="python", difficulty="easy", content=said, by=by, now=now)


# --- from rows to a key ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "rows", "key"),
    [
        (
            "single",
            [Row("a", "甲", percent="100"), Row("None of these", "以上皆非"), Row()],
            {"kind": "single", "fractions": {"a": "1", "b": "0"}},
        ),
        (
            "multiple",
            [Row("a", percent="50"), Row("b", percent="50 %"), Row("c", percent="-100")],
            {"kind": "multiple", "fractions": {"a": "0.5", "b": "0.5", "c": "-1"}},
        ),
        (
            "numerical",
            [Row("3.14", tolerance="0.01", percent="100"), Row("3..4", percent="50")],
            {
                "kind": "numerical",
                "answers": [
                    {"value": "3.14", "tolerance": "0.01", "rule": "nominal", "fraction": "1"},
                    {"low": "3", "high": "4", "fraction": "0.5"},
                ],
                "units": {},
            },
        ),
        (
            "short",
            [Row("len*", percent="100")],
            {
                "kind": "short",
                "answers": [{"pattern": "len*", "fraction": "1"}],
                "case_sensitive": False,
            },
        ),
        (
            "matching",
            [
                Row("cat", "貓", "mammal", "哺乳類"),
                Row("eel", "鰻", "fish", "魚"),
                Row(answer_en="bird"),
            ],
            {"kind": "matching", "pairs": {"a": "c", "b": "d"}},
        ),
        (
            "ordering",
            [Row("one"), Row("two"), Row("three")],
            {"kind": "ordering", "order": ["a", "b", "c"]},
        ),
        ("truefalse", [], {"kind": "truefalse", "answer": True}),
    ],
)
def test_rows_become_a_key_and_come_back(kind: str, rows: list[Row], key: dict[str, Any]) -> None:
    body = body_of(kind, rows, text_format="markdown")
    again = body_of(kind, rows_of(body.choices, body.key), text_format="markdown")

    assert key_from_dict(body.key) == key_from_dict(key)
    assert (again.choices, again.key) == (body.choices, body.key)


def test_none_of_these_is_recognised_and_keeps_its_place() -> None:
    rows = [Row("a", percent="100"), Row("None of these")]

    assert [c["pinned"] for c in body_of("single", rows, text_format="markdown").choices] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("kind", "rows", "message"),
    [
        ("single", [Row("a", percent="100")], "at least two choices"),
        ("single", [Row("a", percent="50"), Row("b")], "No answer earns full marks"),
        ("single", [Row("a", percent="100"), Row("a ")], "stands twice"),
        ("single", [Row("a", percent="33"), Row("b")], "The nearest that can is 33.33333"),
        ("single", [Row("a", percent="1e999999"), Row("b")], "no percentage"),
        ("single", [Row("a", percent="NaN"), Row("b")], "no percentage"),
        ("multiple", [Row("a", percent="50"), Row("b")], "together do not earn full marks"),
        ("numerical", [Row("three", percent="100")], "“three” is no number"),
        ("numerical", [], "No answer earns full marks"),
        ("matching", [Row("cat", answer_en="mammal")], "two different answers"),
        ("matching", [Row("cat")], "needs an answer"),
        ("ordering", [Row("one")], "at least two"),
        ("ordering", [Row("one"), Row("two")], "at least three"),
        ("ordering", [Row(str(n)) for n in range(51)], "at most 50"),
    ],
)
def test_what_is_no_item_yet_is_told(kind: str, rows: list[Row], message: str) -> None:
    with pytest.raises(NotWritten, match=message):
        body_of(kind, rows, text_format="markdown")


@given(st.sampled_from(KINDS), ROWS)
@example("matching", [Row(answer_en="bird"), Row("cat", answer_en="mammal")])
def test_whatever_is_written_is_an_item_that_comes_back_or_a_fault(
    kind: str, rows: list[Row]
) -> None:
    try:
        body = body_of(kind, rows, text_format="markdown")
    except NotWritten:
        return
    again = body_of(kind, rows_of(body.choices, body.key), text_format="markdown")
    assert again.key == body.key


def test_a_program_keeps_its_spaces_and_loses_what_nobody_sees() -> None:
    assert clean_source("if a:\r\n    b\u202e = 1\x07\u200f") == "if a:\n    b = 1"


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_parts_of_a_difference_make_both_texts(old: str, new: str) -> None:
    parts = differences(old, new)

    assert "".join(part.text for part in parts if part.state != "new") == old
    assert "".join(part.text for part in parts if part.state != "gone") == new


# --- the verbs ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_draft_of_ones_own_is_edited_and_an_approved_version_stays(
    author: User, manager: User, now: datetime
) -> None:
    item = write(author, now).item

    edit_item(item_id=item.pk, edited=1, content=content(stem_en="Was it?"), by=author, now=now)
    approve_items(version_ids=list(item.versions.values_list("pk", flat=True)), by=manager, now=now)
    edit_item(item_id=item.pk, edited=1, content=content(stem_en="Will it?"), by=author, now=now)

    said = item.versions.order_by("number").values_list("number", "stem_en", "approved_by")
    assert list(said) == [(1, "Was it?", manager.pk), (2, "Will it?", None)]
    assert ItemVersion.objects.usable().get().number == 1
    verbs = AuditEvent.objects.filter(object_type="quiz.itemversion").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "write-item",
        "edit-item",
        "approve-item",
        "edit-item",
    ]


@pytest.mark.django_db
def test_who_edits_somebody_elses_draft_is_its_author(
    author: User, manager: User, now: datetime
) -> None:
    item = write(author, now).item

    version = edit_item(
        item_id=item.pk, edited=1, content=content(stem_en="Was it?"), by=manager, now=now
    )

    assert (version.number, version.created_by) == (2, manager)
    with pytest.raises(UnableToApproveItems, match="author cannot approve"):
        approve_items(version_ids=[version.pk], by=manager, now=now)


@pytest.mark.django_db
def test_an_edit_of_an_older_version_and_one_that_changes_nothing(
    author: User, manager: User, now: datetime
) -> None:
    item = write(author, now).item
    edit_item(item_id=item.pk, edited=1, content=content(stem_zh="是？"), by=manager, now=now)
    events = AuditEvent.objects.count()

    with pytest.raises(UnableToWrite, match="Somebody has changed this item"):
        edit_item(item_id=item.pk, edited=1, content=content(stem_en="No"), by=author, now=now)
    edit_item(item_id=item.pk, edited=2, content=content(stem_zh="是？"), by=author, now=now)

    assert (item.versions.count(), AuditEvent.objects.count()) == (2, events)


@pytest.mark.django_db
def test_a_code_is_given_once(author: User, now: datetime) -> None:
    write(author, now)

    with pytest.raises(UnableToWrite, match="“NEW” already"):
        write(author, now)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"stem_zh": ""}, "not complete in both languages"),
        ({"stem_zh": "$x^$ 是？"}, "cannot be shown"),
        ({"stem_en": "![](image:" + "0" * 32 + ")"}, "no words"),
        ({"stem_en": "![a](image:" + "0" * 32 + ")"}, "not in the bank"),
        ({"feedback_zh": "![a](https://example.org/a.png)"}, "not one of the bank’s own"),
    ],
)
def test_what_cannot_be_shown_is_not_approved(
    author: User, manager: User, now: datetime, fields: dict[str, str], message: str
) -> None:
    version = write(author, now, **fields)

    with pytest.raises(UnableToApproveItems, match=message):
        approve_items(version_ids=[version.pk], by=manager, now=now)


@pytest.mark.django_db
def test_a_withdrawn_item_is_drawn_for_no_further_quiz(
    author: User, manager: User, now: datetime
) -> None:
    load_bank(by=author, approver=manager, now=now)
    [item] = Item.objects.filter(topic="python", difficulty="hard")[:1]
    cohort = make_cohort(now=now)
    cell = Blueprint((Cell("python", "hard", 1),))
    retire_item(item_id=item.pk, reason="Seen on a forum.", by=author, now=now)

    with pytest.raises(UnableToSetUpQuiz, match="Python, hard: 2 of 3"):
        set_up_quiz(cohort_id=cohort.pk, minutes=9, blueprint=cell, by=manager, now=now)
    restore_item(item_id=item.pk, by=author, now=now)
    quiz = set_up_quiz(cohort_id=cohort.pk, minutes=9, blueprint=cell, by=manager, now=now)

    assert quiz.pool.count() == 3


@pytest.mark.django_db
def test_to_withdraw_needs_a_reason(author: User, now: datetime) -> None:
    with pytest.raises(UnableToWrite, match="Give a reason"):
        retire_item(item_id=write(author, now).item_id, reason=" ", by=author, now=now)


# --- the pages ------------------------------------------------------------------------------


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def posted(**fields: Any) -> dict[str, Any]:
    rows = fields.pop("rows", [])
    form = {
        "code": "FORM-1",
        "topic": "python",
        "difficulty": "easy",
        "text_format": "markdown",
        "stem_en": "Which?",
        "stem_zh": "哪個？",
        "rows-TOTAL_FORMS": str(len(rows)),
        "rows-INITIAL_FORMS": "0",
    }
    for index, row in enumerate(rows):
        form |= {f"rows-{index}-{name}": value for name, value in row.items()}
    return form | fields


CHOICES = [
    {"text_en": "yes", "text_zh": "是", "percent": "100"},
    {"text_en": "None of these", "text_zh": "以上皆非", "percent": "0"},
    {},
]


@pytest.mark.django_db
def test_an_item_is_written_looked_at_edited_and_approved(
    author: User, manager: User, now: datetime
) -> None:
    browser = client_of(author)
    for name in ("quiz_item_changelist", "quiz_item_new", "quiz_item_images"):
        assert browser.get(reverse(f"admin:{name}")).status_code == 200
    url = reverse("admin:quiz_item_write", args=["single"])
    assert browser.get(url).status_code == 200

    preview = browser.post(url, posted(rows=CHOICES), follow=True)
    version = ItemVersion.objects.get()
    page = preview.content.decode()
    edit = reverse("admin:quiz_item_edit", args=[version.item_id])
    form = browser.get(edit).content.decode()
    browser.post(edit, posted(rows=CHOICES, edited="1", stem_en="Which one?"))
    own = browser.post(reverse("admin:quiz_item_approve", args=[version.pk]))
    second = client_of(manager)
    look = second.get(reverse("admin:quiz_item_preview", args=[version.item_id]))
    stale = second.post(
        reverse("admin:quiz_item_approve", args=[version.pk]), {"seen": "x"}, follow=True
    )
    second.post(
        reverse("admin:quiz_item_approve", args=[version.pk]), {"seen": look.context["seen"]}
    )

    assert ("Which?" in page, "哪個？" in page, "以上皆非" in page) == (True, True, True)
    assert "Approve as the second person" not in page
    assert (">Which?</textarea>" in form, 'value="100"' in form) == (True, True)
    assert "changed this item since you opened it" in stale.content.decode()
    version.refresh_from_db()
    assert (own.status_code, version.stem_en, version.approved_by) == (403, "Which one?", manager)
    item_page = second.get(reverse("admin:quiz_item_change", args=[version.item_id]))
    assert "complete in both languages and approved" in item_page.content.decode()


@pytest.mark.django_db
def test_the_page_shows_what_each_version_changed(
    author: User, manager: User, now: datetime
) -> None:
    item = write(author, now).item
    edit_item(item_id=item.pk, edited=1, content=content(stem_en="Was it?"), by=manager, now=now)

    page = client_of(author).get(reverse("admin:quiz_item_change", args=[item.pk]))

    assert "<del>Is</del><ins>Was</ins> it?" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"stem_en": "x" * 1_000_000},
        {"stem_en": "a\x00b"},
        {"stem_en": ""},
        {"stem_en": "\u202e\u200f"},
        {"code": "../../x"},
        {"code": "x" * 300},
        {"topic": "a b"},
        {"difficulty": "deadly"},
        {"text_format": "exe"},
        {"rows-TOTAL_FORMS": "9" * 40},
        {"rows-TOTAL_FORMS": "x"},
        {"rows-TOTAL_FORMS": "1000000"},
        {"rows": [{"text_en": "a", "percent": "100"}]},
        {"rows": [{"text_en": "a", "percent": "x" * 5000}, {"text_en": "b"}]},
        {"rows": [{"text_en": "a\x00", "percent": "100"}, {"text_en": "b"}]},
    ],
)
def test_hostile_fields_are_told_and_nothing_is_written(
    author: User, fields: dict[str, Any]
) -> None:
    form = posted(**{"rows": CHOICES} | fields)

    answer = client_of(author).post(reverse("admin:quiz_item_write", args=["single"]), form)

    assert (answer.status_code, Item.objects.count()) == (422, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("edited", ["", "0", "x", "9" * 30, "٣"])
def test_an_edit_that_does_not_say_of_what_is_refused(
    author: User, now: datetime, edited: str
) -> None:
    item = write(author, now).item

    answer = client_of(author).post(
        reverse("admin:quiz_item_edit", args=[item.pk]), posted(edited=edited, truth="true")
    )

    assert (answer.status_code, item.versions.count()) == (422, 1)


@pytest.mark.django_db
def test_an_image_is_kept_from_its_page(author: User, now: datetime) -> None:
    browser, url = client_of(author), reverse("admin:quiz_item_images")
    kept = browser.post(url, {"image": SimpleUploadedFile("a.png", png())}, follow=True)
    refused = browser.post(url, {"image": SimpleUploadedFile("a.png", b"MZ")})
    without = browser.post(url, {})

    assert "](image:604391a2e3edd5d180c8f81a2c00e4b9)" in kept.content.decode()
    assert (refused.status_code, without.status_code) == (422, 422)
    assert "not a PNG, JPEG, WebP or GIF" in refused.content.decode()


@pytest.mark.django_db
def test_withdrawing_and_taking_up_again_by_the_page(author: User, now: datetime) -> None:
    item = write(author, now).item
    browser, url = client_of(author), reverse("admin:quiz_item_retire", args=[item.pk])

    before = browser.get(reverse("admin:quiz_item_change", args=[item.pk])).content.decode()
    browser.post(url, {"reason": "Leaked.\x00"})
    page = browser.get(reverse("admin:quiz_item_change", args=[item.pk])).content.decode()
    browser.post(url, {"restore": "1"})
    item.refresh_from_db()

    # A form inside the form of the page would post to the page.
    assert before.index(f'action="{url}"') < before.index('id="item_form"')
    assert "Leaked." in page
    assert item.retired_at is None


@pytest.mark.django_db
def test_nobody_else_comes_in(author: User, now: datetime) -> None:
    item = write(author, now).item
    reviewer = client_of(make_user("reviewer@staff.example", Role.REVIEWER, now=now))

    statuses = [
        reviewer.get(reverse(f"admin:{name}", args=args)).status_code
        for name, args in (
            ("quiz_item_new", []),
            ("quiz_item_write", ["single"]),
            ("quiz_item_images", []),
            ("quiz_item_edit", [item.pk]),
            ("quiz_item_preview", [item.pk]),
        )
    ]
    missing = client_of(author).get(reverse("admin:quiz_item_write", args=["essay"])).status_code

    assert (statuses, missing) == ([403] * 5, 404)
