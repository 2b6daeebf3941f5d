"""Questions leave the house and come back unchanged; who took them is on record."""

import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent, User
from accounts.roles import Role
from dtt.play.people import make_user
from quiz.domain.exporting import UnableToExportItems, export_items
from quiz.domain.importing import Action, import_items
from quiz.formats.registry import FORMATS, read_items
from quiz.models import Item, ItemVersion
from tests.quiz.conftest import gift_bank, load_bank
from tests.quiz.test_bank import bring_in

pytestmark = pytest.mark.django_db
MORE = {
    "en": """$CATEGORY: python/easy

// [id:M1]
[html]<p>Match</p> {=[plain]one -> 1 =[plain]two -> 2 = -> 3 ####Because.}

// [id:N1]
[markdown]How far? {#=3.0:0.5 =%50%2..4}

// [id:S1]
[moodle]Which & why? {=colo*r =%50%hue}

// [id:Q1]
[markdown]Which? {=a#Yes. ~%-33.33333%b ~None of these}""",
    "zh-hant": """$CATEGORY: python/easy

// [id:M1]
[html]<p>配對</p> {=[plain]一 -> 1 =[plain]二 -> 2 = -> 3 ####因為。}

// [id:N1]
[markdown]多遠？ {#=3.0:0.5 =%50%2..4}

// [id:S1]
[moodle]哪個？ {=colo*r =%50%hue}

// [id:Q1]
[markdown]哪個？ {=甲#是。 ~%-33.33333%乙 ~以上皆非}""",
}


def ids() -> list[int]:
    return list(Item.objects.values_list("pk", flat=True))


@pytest.fixture
def bank(author: User, manager: User, now: datetime) -> None:
    load_bank(by=author, approver=manager, now=now)
    for language in ("en", "zh-hant"):
        assert bring_in(MORE[language], by=author, now=now, language=language).problems == ()


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "aiken"])
@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_what_was_exported_and_is_imported_again_changes_nothing(
    bank: None, manager: User, now: datetime, name: str, language: str
) -> None:
    if name in ("moodle-xml",):  # it has no ranges: N1 would become another key
        ItemVersion.objects.filter(item__code="N1").delete()
    exported = export_items(
        item_ids=ids(), format=name, language=language, reason="Check.", by=manager, now=now
    )

    report = import_items(
        parsed=read_items(name, exported.content, "en" if name == "csv" else language),
        language="en" if name == "csv" else language,
        source_name=exported.name,
        source_sha256="",
        by=manager,
        now=now,
        confirm=True,
    )

    assert report.problems == ()
    assert {step.action for step in report.steps} == {Action.SKIP}
    assert len(report.steps) == exported.count == ItemVersion.objects.newest().count()


def test_a_table_brings_both_languages_at_once(author: User, now: datetime) -> None:
    headings = "code,topic,difficulty,question (en),question (zh-hant),right"
    table = f"{headings}\r\nT1,python,easy,Yes?,是？,true"

    def bring(text: str) -> Any:
        return import_items(
            parsed=read_items("csv", text.encode(), "en"),
            language="en",
            source_name="a.csv",
            source_sha256="",
            by=author,
            now=now,
            confirm=True,
        )

    first, again, other = bring(table), bring(table), bring(table.replace("是？", "對嗎？"))

    assert [step.action for step in first.steps] == [Action.CREATE]
    assert [step.action for step in again.steps] == [Action.SKIP]
    assert [step.action for step in other.steps] == [Action.TRANSLATE]
    assert ItemVersion.objects.values_list("stem_en", "stem_zh").get() == ("Yes?", "對嗎？")


def test_an_export_is_on_the_trail_of_each_question(
    bank: None, manager: User, now: datetime
) -> None:
    chosen = list(Item.objects.filter(code__in=["M1", "S1"]).values_list("pk", flat=True))

    export_items(
        item_ids=chosen, format="gift", language="en", reason="Backup.", by=manager, now=now
    )

    events = AuditEvent.objects.filter(verb="export-item")
    assert set(events.values_list("actor", "reason")) == {(manager.pk, "Backup.")}
    versions = ItemVersion.objects.filter(item__in=chosen).values_list("pk", flat=True)
    assert sorted(events.values_list("object_id", flat=True)) == sorted(map(str, versions))


def test_who_writes_questions_does_not_take_them_away(
    bank: None, author: User, now: datetime
) -> None:
    auditor = make_user("auditor@dtt.example", Role.AUDITOR, now=now)
    for person in (author, auditor):
        with pytest.raises(UnableToExportItems, match="Only the programme manager"):
            export_items(
                item_ids=ids(), format="csv", language="en", reason="x", by=person, now=now
            )

    assert not AuditEvent.objects.filter(verb="export-item").exists()


def test_an_export_without_a_reason_or_a_question_makes_no_file(
    bank: None, manager: User, now: datetime
) -> None:
    for chosen, reason in ((ids(), "  "), ([], "Backup.")):
        with pytest.raises(UnableToExportItems):
            export_items(
                item_ids=chosen, format="csv", language="en", reason=reason, by=manager, now=now
            )


def test_what_a_format_cannot_carry_is_named(bank: None, manager: User, now: datetime) -> None:
    exported = export_items(
        item_ids=ids(), format="aiken", language="en", reason="x", by=manager, now=now
    )

    left_out = {loss.item: loss.code for loss in exported.losses if loss.left_out}
    assert (left_out["M1"], left_out["N1"], left_out["Q1"]) == ("kind", "kind", "weights")
    assert exported.count == len(ids()) - len(left_out)
    assert len(read_items("aiken", exported.content).items) == exported.count


def test_a_question_that_is_not_translated_is_named(
    author: User, manager: User, now: datetime
) -> None:
    bring_in(gift_bank("en"), by=author, now=now)

    with pytest.raises(UnableToExportItems, match="No question would be in the file"):
        export_items(
            item_ids=ids(), format="gift", language="zh-hant", reason="x", by=manager, now=now
        )


def test_the_command_writes_what_the_other_command_reads(bank: None, tmp_path: Path) -> None:
    path, told, read = tmp_path / "bank.xml", io.StringIO(), io.StringIO()

    call_command(
        "export_items",
        str(path),
        "--format",
        "moodle-xml",
        "--topic",
        "python",
        "--reason",
        "Backup.",
        stderr=told,
        stdout=io.StringIO(),
    )
    call_command("import_items", str(path), "--format", "moodle-xml", "--json", stdout=read)

    body = json.loads(read.getvalue())
    assert len(body["items"]) == Item.objects.filter(topic="python").count()
    assert (body["faults"], body["import"]["create"]) == ([], 0)
    assert told.getvalue() == "N1: A range is written as its middle and a tolerance.\n"
    with pytest.raises(CommandError, match="not in the bank: nothing"):
        call_command("export_items", "-", "--format", "csv", "--reason", "x", "--code", "nothing")
