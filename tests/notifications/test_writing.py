"""A text of messages: checked at save, tried for real people, used once both sides are right."""

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Approval, User
from dtt.play.people import make_applicant, make_cohort
from notifications import kinds
from notifications.domain.outbox import Telling, queue
from notifications.domain.proofreading import UnableToRead
from notifications.domain.writing import (
    UnableToWrite,
    in_force,
    try_out,
    write_letter,
)
from notifications.models import LetterText, Message
from tests.notifications.texts import CHINESE, ENGLISH, read, read_both
from tests.walk import signed_in

pytestmark = pytest.mark.django_db
KIND = "place-reserve"
NEW = {
    "subject_en": "Reserve list: {{ reference }}",
    "body_en": "Dear {{ name }},\n\nYou are {{ band }} on it.\n",
    "subject_zh": "後備名單：{{ reference }}",
    "body_zh": "{{ name }}：\n\n你在名單上{{ band }}。\n",
}


def write(by: User, now: datetime, **changed: str) -> LetterText:
    return write_letter(kind=KIND, text=NEW | changed, why="shorter", by=by, now=now)


def told(now: datetime, run: str = "r", **facts: Any) -> Message:
    person, _ = User.objects.get_or_create(email="told@dtt.example")
    facts = dict(kinds.known(KIND).examples) | facts
    queue([Telling(person, KIND, run, facts)], now=now)
    return Message.objects.get(run=run)


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("body_en", "Hello {{ reply_to }}", "Line 1: This kind of message has no “reply_to”."),
        ("body_zh", "{{ closed_at|instant }}", "This kind of message has no “closed_at”"),
        ("body_en", "{% include 'x' %}", "is nothing that a text may do"),
        ("body_en", "{% load i18n %}", "is nothing that a text may do"),
        ("body_en", "{{ cohort.delete }}", "This kind of message has no “cohort.delete”"),
        ("body_en", "{{ name|safe }}", "“safe” is no way of saying a value"),
        ("body_en", "{% if name %}", "“endif” is missing"),
        ("body_en", "", "Both languages are needed."),
        ("subject_zh", "  ", "Both languages are needed."),
        ("subject_en", "one\ntwo", "A subject is one line."),
    ],
)
def test_what_could_not_be_sent_is_refused_and_nothing_is_kept(
    field: str, text: str, said: str, staff: list[User], now: datetime
) -> None:
    with pytest.raises(UnableToWrite) as refused:
        write(staff[0], now, **{field: text})

    assert list(refused.value.problems) == [field]
    assert said in refused.value.problems[field]
    assert (LetterText.objects.count(), Approval.objects.count()) == (0, 0)


def test_a_version_is_used_only_after_both_languages_were_found_right_by_another(
    staff: list[User], now: datetime
) -> None:
    writer, second = staff
    before = told(now, "before")
    written = write(writer, now)
    waiting = told(now, "waiting")
    with pytest.raises(UnableToRead):
        read_both(written, writer, now)

    read(written, CHINESE, second, now)
    half = told(now, "half")
    read(written, ENGLISH, second, now)
    after = told(now, "after")

    assert [message.text_version for message in (before, waiting, half, after)] == [0, 0, 0, 1]
    assert waiting.subject == before.subject
    assert (after.subject, after.body) == (
        "Reserve list: DTT-7KQ2MX34",
        "Dear Tai Man,\n\nYou are among the first 10 on it.\n",
    )
    assert in_force(KIND)["subject_zh"] == "後備名單：{{ reference }}"


def test_what_may_be_missing_leaves_no_gap_in_a_letter(staff: list[User], now: datetime) -> None:
    read_both(write(staff[0], now), staff[1], now)

    assert told(now, band=None).body == "Dear Tai Man,\n\nYou are on it.\n"


def test_an_older_version_cannot_take_the_place_of_a_newer_one(
    staff: list[User], now: datetime
) -> None:
    older, newer = write(staff[0], now), write(staff[0], now, subject_en="Newer")
    read(older, ENGLISH, staff[1], now)
    read_both(newer, staff[1], now)

    with pytest.raises(UnableToRead, match="A newer version is in use already"):
        read(older, CHINESE, staff[1], now)

    assert told(now).subject == "Newer"


def test_a_written_version_never_changes(staff: list[User], now: datetime) -> None:
    written = write(staff[0], now)
    read_both(written, staff[1], now)

    for change in ({"body_en": "other"}, {"approved_at": None}, {"number": 9}):
        with pytest.raises(DatabaseError), transaction.atomic():
            LetterText.objects.filter(pk=written.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        LetterText.objects.filter(pk=written.pk).delete()


def test_a_text_is_tried_for_three_real_people_in_both_languages(
    staff: list[User], now: datetime
) -> None:
    cohort = make_cohort(now=now)
    people = [make_applicant(cohort, number, now=now) for number in range(1, 9)]

    samples = try_out(KIND, NEW)

    names = {sample.name for sample in samples}
    assert len(samples) == 6
    assert names <= {person.called for person in people}
    assert len({(sample.why, sample.language) for sample in samples}) == 6
    assert "None" not in "".join(sample.text.body for sample in samples)


def test_staff_write_and_see_a_text(staff: list[User], now: datetime) -> None:
    writer = signed_in(staff[0])
    address = reverse("admin:notifications_letter_write", args=[KIND])

    tried = writer.post(address, NEW | {"why": "shorter", "try": "1"})
    wrong = writer.post(address, NEW | {"why": "x", "keep": "1", "body_en": "{{ secret }}"})
    kept = writer.post(address, NEW | {"why": "shorter", "keep": "1"}, follow=True)
    written = LetterText.objects.get()
    again = writer.get(address, {"from": written.pk}).context["form"]
    other = writer.get(address, {"from": "x"}).context["form"]

    assert "Reserve list: DTT-" in tried.content.decode()
    assert (wrong.status_code, "has no “secret”" in wrong.content.decode()) == (422, True)
    assert "Somebody else is asked to read each language." in kept.content.decode()
    assert again.initial == {name: text.strip() for name, text in NEW.items()}
    assert other.initial == in_force(KIND) != again.initial


def test_the_pages_of_texts_are_open_to_readers_and_writing_to_managers(
    client: Client, staff: list[User]
) -> None:
    client.force_login(staff[0])

    overview = client.get(reverse("admin:notifications_letter_kinds"))
    unknown = client.get(reverse("admin:notifications_letter_write", args=["nothing"]))

    assert overview.content.decode().count("as delivered with the program") == len(kinds.declared())
    assert unknown.status_code == 404


def test_who_reads_the_chinese_sees_no_example_in_english() -> None:
    says = dict.fromkeys(NEW, "{{ cohort }}")
    says["body_zh"] += (
        "：{% if band %}{{ band }}{% endif %}。{% for one in missing %}{{ one }}{% endfor %}"
    )

    said = {sample.text.body for sample in try_out(KIND, says) if sample.language == CHINESE}

    assert "春季一期：排在首 10 位之內。測驗：分數\n" in said
