"""Uploads at the same moment, each on a connection of its own; and nothing attached to any mail."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection

from applications.domain.documents import upload_document
from applications.domain.stages import advance
from applications.lifecycle import Move
from applications.models import Document
from dtt.play.documents import make_pdf
from dtt.play.people import make_applicant, make_cohort
from notifications.domain.delivery import claim, deliver
from notifications.models import Message

THREADS = 4


@pytest.mark.django_db(transaction=True)
def test_files_sent_at_once_leave_one_that_counts(now: datetime) -> None:
    person = make_applicant(make_cohort(now=now), 1, now=now)
    for move in (Move.OFFER_PLACE, Move.CONFIRM_PLACE):
        advance(application_ids=[person.pk], move=move, by=None, now=now)
    barrier = Barrier(THREADS)

    def send(number: int) -> bool:
        try:
            barrier.wait(timeout=30)
            content = make_pdf(f"Version {number // 2}")
            done = upload_document(
                application_id=person.pk, name="cv.pdf", content=content, by=person.user, now=now
            )
        finally:
            connection.close()
        return isinstance(done, Document)

    with ThreadPoolExecutor(THREADS) as threads:
        done = list(threads.map(send, range(THREADS)))

    rows = Document.objects.filter(application=person)
    assert done == [True] * THREADS
    assert rows.filter(replaced_at=None).count() == 1
    assert {Path(row.file.path).stat().st_size for row in rows} == {row.size for row in rows}
    folder = Path(rows[0].file.path).parent
    assert {file.name for file in folder.iterdir()} >= {str(row.uuid) for row in rows}


@pytest.mark.django_db
def test_no_mail_carries_a_file(now: datetime) -> None:
    make_applicant(make_cohort(now=now), 1, now=now)

    deliver(message_ids=claim(now=now), now=now)

    assert len(mail.outbox) == Message.objects.count() > 0
    assert {len(one.attachments) for one in mail.outbox} == {0}
    assert {one.message().get_content_type() for one in mail.outbox} == {"multipart/alternative"}


def test_no_code_attaches_a_file_to_a_mail() -> None:
    rooms = (
        "accounts",
        "applications",
        "bootcamp",
        "dtt",
        "matching",
        "notifications",
        "quiz",
        "selection",
    )
    attaches = re.compile(r"\.attach(?:_file)?\(|attachments=|MIMEBase")

    found = [
        str(file.relative_to(settings.BASE_DIR))
        for room in rooms
        for file in (settings.BASE_DIR / room).rglob("*.py")
        if attaches.search(file.read_text())
    ]

    assert found == []


def test_no_message_links_to_a_file_itself() -> None:
    texts = (settings.BASE_DIR / "templates" / "messages").glob("*.txt")

    assert [text.name for text in texts if "/documents/" in text.read_text()] == []
