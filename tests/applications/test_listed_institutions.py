"""The list of institutions in the database: names, merging, and what people wrote themselves."""

from datetime import datetime
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.errors import Refused
from accounts.models import AuditEvent, User
from accounts.roles import Role
from applications.apps import seed_institutions
from applications.counts import by_institution, by_source, written_names
from applications.domain.institutions import (
    add_alias,
    add_institution,
    directory,
    merge_institution,
    remove_alias,
    rename_institution,
    settle_other,
)
from applications.institutions import INSTITUTIONS, SEED
from applications.models import Application, Cohort, Institution, InstitutionAlias, Stage
from dtt.play.people import make_applicant, make_cohort, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(now: datetime) -> User:
    return make_user("manager@dtt.example", Role.PROGRAMME_MANAGER, now=now)


@pytest.fixture
def browser(manager: User) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def listed(code: str) -> Institution:
    return Institution.objects.get(code=code)


def added(code: str, by: User, now: datetime, name: str = "") -> Institution:
    return add_institution(code=code, name_en=name or f"{code} School", name_zh="", by=by, now=now)


def wrote(cohort: Cohort, number: int, name: str, now: datetime) -> Application:
    application = make_applicant(cohort, number, now=now)
    Application.objects.filter(pk=application.pk).update(institution=None, institution_other=name)
    application.refresh_from_db()
    return application


def test_the_names_of_the_list_are_in_the_database_with_their_years() -> None:
    assert dict(directory().names) == dict(SEED.names)
    former = InstitutionAlias.objects.get(name="HKIEd")
    assert (former.institution.code, former.until) == ("EdUHK", 2016)


def test_seeding_again_gives_back_nothing_that_staff_have_changed(
    manager: User, now: datetime
) -> None:
    rename_institution(
        institution_id=listed("SFU").pk,
        name_en="St Francis",
        name_zh="聖方濟各",
        by=manager,
        now=now,
    )
    merge_institution(
        institution_id=listed("HKCC").pk, into_id=listed("PolyU").pk, by=manager, now=now
    )
    before = (set(Institution.objects.values_list()), set(InstitutionAlias.objects.values_list()))

    seed_institutions(using="default")

    after = (set(Institution.objects.values_list()), set(InstitutionAlias.objects.values_list()))
    assert after == before
    assert directory().resolve("Saint Francis University") == "SFU"


def test_a_name_that_staff_add_is_found_in_any_spelling(manager: User, now: datetime) -> None:
    add_alias(institution_id=listed("PolyU").pk, name="東華理工", until=1994, by=manager, now=now)

    assert directory().resolve("东华理工") == "PolyU"
    assert directory().search("東華") == ("PolyU",)


@pytest.mark.parametrize("name", ["Lingnan", "the LINGNAN!", "岭大", "嶺南大學"])
def test_a_name_has_one_institution(manager: User, now: datetime, name: str) -> None:
    names = InstitutionAlias.objects.count()

    with pytest.raises(Refused, match="already leads to “Lingnan University”"):
        add_alias(institution_id=listed("HKU").pk, name=name, until=None, by=manager, now=now)

    assert (directory().resolve(name), InstitutionAlias.objects.count()) == ("LU", names)


@pytest.mark.parametrize("name", ["!!!", "x" * 151, "㍿" * 60])
def test_a_name_that_says_nothing_or_too_much_is_refused(
    manager: User, now: datetime, name: str
) -> None:
    with pytest.raises(Refused, match="at most 150 characters"):
        add_alias(institution_id=listed("HKU").pk, name=name, until=None, by=manager, now=now)


def test_a_name_added_by_mistake_goes_and_a_settled_one_stays(manager: User, now: datetime) -> None:
    mistake = add_alias(
        institution_id=listed("HKU").pk, name="Poky U", until=None, by=manager, now=now
    )
    settled = InstitutionAlias.objects.get(name="理大")

    remove_alias(alias_id=mistake.pk, by=manager, now=now)
    with pytest.raises(Refused, match="settled name"):
        remove_alias(alias_id=settled.pk, by=manager, now=now)

    assert [directory().resolve(name) for name in ("Poky U", "理大")] == [None, "PolyU"]


def test_a_renamed_institution_is_found_by_both_names(manager: User, now: datetime) -> None:
    rename_institution(
        institution_id=listed("HKCT").pk,
        name_en="Harbour Institute of Technology",
        name_zh="海港理學院",
        by=manager,
        now=now,
    )

    found = {
        directory().resolve(name)
        for name in ("Harbour Institute of Technology", "Hong Kong College of Technology")
    }
    assert found == {"HKCT"}


def test_merging_moves_applicants_and_keeps_the_names(
    cohort: Cohort, manager: User, now: datetime
) -> None:
    double = added("POLY", manager, now, "Polytechnic Hung Hom")
    application = make_applicant(cohort, 1, now=now)
    Application.objects.filter(pk=application.pk).update(institution=double)

    moved = merge_institution(
        institution_id=double.pk, into_id=listed("PolyU").pk, by=manager, now=now
    )

    application.refresh_from_db()
    assert (moved, application.institution.code) == (1, "PolyU")
    assert directory().resolve("polytechnic hung hom") == "PolyU"
    assert not Institution.objects.listed().filter(pk=double.pk).exists()
    assert listed("PolyU").aliases.filter(name="Polytechnic Hung Hom").exists()
    said = AuditEvent.objects.get(verb="merge", object_type="applications.institution")
    assert (said.after, said.actor) == ({"into": "PolyU", "applications": 1}, manager)
    assert AuditEvent.objects.get(verb="institution-merged").object_id == str(application.pk)


def test_a_chain_of_mergers_leads_to_its_end(cohort: Cohort, manager: User, now: datetime) -> None:
    first, second = added("ONE", manager, now), added("TWO", manager, now)
    merge_institution(institution_id=first.pk, into_id=second.pk, by=manager, now=now)
    merge_institution(institution_id=second.pk, into_id=listed("HKU").pk, by=manager, now=now)
    late = make_applicant(cohort, 1, now=now)  # saved at the very moment of the merger
    Application.objects.filter(pk=late.pk).update(institution=first)

    assert [directory().resolve(name) for name in ("ONE", "TWO School")] == ["HKU", "HKU"]
    assert [(line.label, line.count) for line in by_institution(cohort, others="Other")] == [
        ("The University of Hong Kong", 1)
    ]


def test_a_merged_entry_and_one_entry_twice_are_not_merged(manager: User, now: datetime) -> None:
    first, second = added("ONE", manager, now), added("TWO", manager, now)
    merge_institution(institution_id=first.pk, into_id=second.pk, by=manager, now=now)

    for pair, why in (
        ((first.pk, first.pk), "cannot be merged into itself"),
        ((first.pk, second.pk), "“ONE School” has been merged into “TWO School”"),
        ((second.pk, first.pk), "“ONE School” has been merged into “TWO School”"),
    ):
        with pytest.raises(Refused, match=why):
            merge_institution(institution_id=pair[0], into_id=pair[1], by=manager, now=now)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_merge_two_entries_both_ways_make_one_merger(now: datetime) -> None:
    manager = make_user("manager@dtt.example", Role.PROGRAMME_MANAGER, now=now)
    ids = [added(code, manager, now).pk for code in ("ONE", "TWO")]
    start, refused = Barrier(2), []

    def merge(institution_id: int, into_id: int) -> None:
        start.wait()
        try:
            merge_institution(institution_id=institution_id, into_id=into_id, by=manager, now=now)
        except Refused as refusal:
            refused.append(str(refusal))
        connection.close()

    threads = [Thread(target=merge, args=pair) for pair in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert Institution.objects.filter(pk__in=ids).listed().count() == 1


def test_what_people_wrote_is_settled_for_one_cohort_and_remembered(
    cohort: Cohort, manager: User, now: datetime
) -> None:
    other = make_cohort(now=now, slug="autumn")
    mine = [wrote(cohort, n, name, now) for n, name in ((1, "PolyU HH"), (2, "polyu hh."))]
    theirs = wrote(other, 3, "PolyU HH", now)
    gone = wrote(cohort, 4, "PolyU HH", now)
    Application.objects.filter(pk=gone.pk).update(stage=Stage.WITHDRAWN, withdrawn_at=now)
    [group] = written_names(cohort)

    moved = settle_other(
        cohort_id=cohort.pk,
        written=group.name,
        institution_id=listed("PolyU").pk,
        keep_name=True,
        by=manager,
        now=now,
    )

    assert (set(group.spellings), group.count, moved) == ({"PolyU HH", "polyu hh."}, 2, 2)
    for application in mine:
        version = application.version
        application.refresh_from_db()
        assert (application.institution.code, application.institution_other) == ("PolyU", "")
        assert application.version == version + 1
    theirs.refresh_from_db()
    assert (theirs.institution, theirs.institution_other) == (None, "PolyU HH")
    assert directory().resolve("PolyU-HH") == "PolyU"
    assert [name.count for name in written_names(other)] == [1]


def test_counts_by_source_leave_out_who_has_withdrawn_and_every_other_cohort(
    cohort: Cohort, now: datetime
) -> None:
    other = make_cohort(now=now, slug="autumn")
    for number, (where, source) in enumerate(
        [(cohort, "friend"), (cohort, "friend"), (cohort, "event"), (other, "friend")], start=1
    ):
        application = make_applicant(where, number, now=now)
        Application.objects.filter(pk=application.pk).update(source=source)
    Application.objects.filter(source="event").update(stage=Stage.WITHDRAWN, withdrawn_at=now)

    counted = {line.label: line.count for line in by_source(cohort) if line.count}

    assert counted == {"A friend": 2}


# --- pages


@pytest.mark.parametrize("text", ["poly", "理大", "理工", "POLY u", "理工大学"])
def test_staff_and_applicants_find_the_polytechnic_by_any_name(
    browser: Client, manager: User, text: str
) -> None:
    in_list = (
        browser.get(reverse("admin:applications_institution_changelist"), {"q": text})
        .context["cl"]
        .queryset
    )
    in_picker = browser.get(reverse("applications:institutions"), {"q": text}).json()["found"]

    assert "PolyU" in {row.code for row in in_list}
    assert in_picker[0] == {
        "value": listed("PolyU").pk,
        "name": "The Hong Kong Polytechnic University",
    }


def test_the_picker_offers_no_merged_entry(browser: Client, manager: User, now: datetime) -> None:
    double = added("POLY2", manager, now, "Polytechnic Two")
    merge_institution(institution_id=double.pk, into_id=listed("PolyU").pk, by=manager, now=now)

    found = browser.get(reverse("applications:institutions"), {"q": "polytechnic two"}).json()

    assert [each["value"] for each in found["found"]] == [listed("PolyU").pk]


def test_staff_add_name_rename_and_merge_an_institution(browser: Client) -> None:
    new = {"code": "EDIN", "name_en": "University of Edinburgh", "name_zh": "愛丁堡大學"}
    page = browser.post(reverse("admin:applications_institution_new"), new).url
    made = listed("EDIN")
    names = reverse("admin:applications_institution_add_name", args=[made.pk])
    browser.post(names, {"name": "Edinburgh", "until": ""})
    refused = browser.post(names, {"name": "理大"})
    browser.post(
        reverse("admin:applications_institution_rename", args=[made.pk]),
        {"name_en": "The University of Edinburgh", "name_zh": ""},
    )
    shown = browser.get(page).content.decode()
    merged = browser.post(
        reverse("admin:applications_institution_merge", args=[made.pk]),
        {"into": listed("HKU").pk},
    )

    assert (refused.status_code, merged.status_code) == (422, 302)
    assert "already leads to “The Hong Kong Polytechnic University”" in refused.content.decode()
    assert "Edinburgh</" not in shown or "愛丁堡大學" in shown
    assert directory().resolve("愛丁堡大學") == "HKU"


def test_staff_settle_what_people_wrote(browser: Client, cohort: Cohort, now: datetime) -> None:
    waiting = wrote(cohort, 1, "PolyU, Hong Kong", now)
    address = f"{reverse('admin:applications_institution_others')}?cohort={cohort.pk}"

    shown = browser.get(address)
    [group] = shown.context["groups"]
    answer = browser.post(
        address, {"written": group["name"].name, "institution": listed("PolyU").pk}
    )

    waiting.refresh_from_db()
    assert group["form"].initial["institution"] == listed("PolyU")
    assert (answer.status_code, waiting.institution) == (302, listed("PolyU"))
    assert not InstitutionAlias.objects.filter(name="PolyU, Hong Kong").exists()


@pytest.mark.parametrize(
    "posted",
    [{}, {"written": "PolyU HH"}, {"written": "\x00", "institution": "1"}, {"institution": "x"}],
)
def test_a_settlement_that_says_too_little_moves_nobody(
    browser: Client, cohort: Cohort, now: datetime, posted: dict[str, str]
) -> None:
    waiting = wrote(cohort, 1, "PolyU HH", now)

    answer = browser.post(reverse("admin:applications_institution_others"), posted)

    waiting.refresh_from_db()
    assert (answer.status_code, waiting.institution) == (422, None)


def test_the_page_of_written_names_costs_the_same_with_1_name_as_with_3(
    browser: Client, cohort: Cohort, now: datetime, django_assert_max_num_queries: object
) -> None:
    costs = []
    for number in (1, 2, 4):
        wrote(cohort, number, f"School {number}", now)
        with django_assert_max_num_queries(15) as queries:  # type: ignore[operator]
            browser.get(reverse("admin:applications_institution_others"))
        costs.append(len(queries))

    assert costs[1] == costs[2]


def test_only_those_who_manage_cohorts_change_the_list(now: datetime, manager: User) -> None:
    client = Client()
    client.force_login(make_user("auditor@dtt.example", Role.AUDITOR, now=now))
    one = listed("HKU").pk
    alias = InstitutionAlias.objects.first()
    assert alias is not None
    addresses = [
        reverse("admin:applications_institution_new"),
        reverse("admin:applications_institution_others"),
        *(
            reverse(f"admin:applications_institution_{verb}", args=[one])
            for verb in ("add_name", "rename", "merge")
        ),
        reverse("admin:applications_institution_remove_name", args=[alias.pk]),
    ]

    assert {client.post(address, {}).status_code for address in addresses} == {403}
    assert (
        client.get(reverse("admin:applications_institution_change", args=[one])).status_code == 200
    )


def test_every_institution_of_the_list_can_be_chosen() -> None:
    assert Institution.objects.listed().count() == len(INSTITUTIONS)
