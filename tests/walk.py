"""The house as a walk needs it: every door, who may open it, and the people who try.

`DOORS` has a row for every address, `STAFF_DOORS` for every page of the staff site that is not one
of Django's own, `MODELS` for every table there. The walks fail on an address without a row.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.domain.calendars import make_calendar_address
from accounts.models import Approval, Job, User
from accounts.roles import Role
from applications.domain.exporting import ask_export
from applications.domain.import_files import keep_upload
from applications.first_texts import VERSION as FIRST_NOTICE
from applications.lifecycle import IN_FINAL
from applications.models import (
    AccessRequest,
    Application,
    Cohort,
    Document,
    DuplicateCase,
    InputLock,
    Institution,
    InstitutionAlias,
    LateAccess,
    LegalText,
)
from bootcamp.models import Assignment, Booking
from dtt.play.people import make_applicant, make_cohort, make_user
from dtt.play.season import Season
from dtt.play.selection import make_staff
from matching.models import MatchRun, Offer, Opportunity, Recruiter
from notifications.domain.announcing import write_announcement
from notifications.domain.correcting import write_correction
from notifications.domain.delivery import claim, deliver
from notifications.domain.troubles import note_trouble
from notifications.domain.writing import in_force, write_letter
from notifications.models import Message
from notifications.queries import messages_to
from notifications.unsubscribing import unsubscribe_address
from quiz.domain.cases import open_case
from quiz.domain.images import keep_images
from quiz.domain.item_files import keep_item_file
from quiz.domain.rulings import propose_ruling
from quiz.domain.statistics import compute_statistics
from quiz.models import Attempt, Item, ItemVersion, Quiz, ScoringRun
from selection.models import Selection

NEEDS = "needs-nobody-else-may-read"
STAFF = frozenset({"manager", "reviewer", "author", "officer", "auditor", "dpo"})
APPLICANTS = frozenset({"applicant", "stranger", "outsider"})
SIGNED_IN = STAFF | APPLICANTS | {"trainer", "judge", "recruiter", "rival"}
EVERYBODY = SIGNED_IN | {"visitor"}
WITH_SECOND_FACTOR = STAFF | {"recruiter", "rival"}


@dataclass
class Scene:
    """A finished cohort and one beside it, the people of the walk, what the addresses name.

    Attributes:
        objects: by the name that `DOORS` uses, those of "applicant" and the people around them.
        others: objects of the same kinds that belong to somebody else; for each, who tries it.
    """

    cohort: Cohort
    people: dict[str, User | None]
    objects: dict[str, Any] = field(default_factory=dict)
    others: list[tuple[str, str, Any]] = field(default_factory=list)
    clients: dict[str, Client] = field(default_factory=dict)

    def client(self, who: str) -> Client:
        """The browser of this person, signed in once."""
        return self.clients[who]

    def address(self, name: str, door: "Door", **instead: Any) -> str:
        """The address of a door, with some of its objects exchanged."""
        return reverse(name, args=[(self.objects | instead)[part] for part in door.names])


@dataclass(frozen=True)
class Door:
    """A page: who may open it, and what its address is made of."""

    opens_for: frozenset[str]
    names: tuple[str, ...] = ()
    says: frozenset[int] = frozenset({200})


def own(*names: str) -> frozenset[str]:
    return frozenset(names)


def by(*names: str) -> tuple[str, ...]:
    return names


DOT = bytes.fromhex(  # a PNG of one pixel
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a494441"
    "54789c636000000002000148afa4710000000049454e44ae426082"
)
FORM = (
    "Email,Surname,Given names,Status,Completion,Institution,Programme of study,Level,"
    "Days,Honour code,Privacy notice\n"
    "a@b.example,CHAN,Tai Man,Student,2027-06,PolyU,Physics,Bachelor,,yes,yes\n"
)
MINE = own("applicant")
ANSWERED = frozenset({200, 302})  # a page that sends its owner on is open, too
POST_ONLY = frozenset({405})
DOORS: dict[str, Door] = {
    "landing": Door(EVERYBODY),
    "home": Door(SIGNED_IN),
    "cohort": Door(EVERYBODY, by("cohort")),
    "cohort_calendar": Door(EVERYBODY, by("cohort")),
    "calendar": Door(SIGNED_IN),
    "calendar_make": Door(SIGNED_IN, says=POST_ONLY),
    "calendar_revoke": Door(SIGNED_IN, says=POST_ONLY),
    "calendar_feed": Door(EVERYBODY, by("calendar")),
    "staff_cohort": Door(own("manager", "auditor", "dpo"), by("cohort")),
    "staff_equal_treatment": Door(own("manager", "auditor", "dpo")),
    "staff_health": Door(own("manager", "auditor", "dpo")),
    "health": Door(EVERYBODY, says=frozenset({200, 503})),  # no worker is at work here
    "health_live": Door(EVERYBODY),
    "metrics": Door(EVERYBODY),  # from this machine
    "choose_language": Door(EVERYBODY, says=POST_ONLY),
    "set_language": Door(EVERYBODY, says=frozenset({302})),
    "demo_mailbox": Door(EVERYBODY),
    "mail_hook": Door(own(), by("mail_service")),
    "notifications:inbox": Door(SIGNED_IN),
    "notifications:read_all": Door(SIGNED_IN, says=POST_ONLY),
    "notifications:message": Door(MINE, by("message")),
    "notifications:read": Door(MINE, by("message"), POST_ONLY),
    "notifications:unsubscribe": Door(EVERYBODY, by("unsubscribe")),
    "mfa_index": Door(SIGNED_IN),
    "mfa_authenticate": Door(SIGNED_IN, says=frozenset({302})),
    "mfa_reauthenticate": Door(WITH_SECOND_FACTOR),
    "mfa_activate_totp": Door(SIGNED_IN, says=ANSWERED),
    "mfa_replace_totp": Door(WITH_SECOND_FACTOR, says=ANSWERED),
    "mfa_deactivate_totp": Door(WITH_SECOND_FACTOR, says=ANSWERED),
    "mfa_view_recovery_codes": Door(own()),  # nobody here has any
    "mfa_generate_recovery_codes": Door(SIGNED_IN, says=ANSWERED),
    "applications:privacy": Door(EVERYBODY),
    "applications:privacy_version": Door(EVERYBODY, by("notice")),
    "applications:checker": Door(EVERYBODY, by("cohort")),
    "applications:institutions": Door(SIGNED_IN),
    "applications:apply": Door(SIGNED_IN, by("cohort"), ANSWERED),
    "applications:detail": Door(MINE, by("reference")),
    "applications:edit": Door(MINE, by("reference", "section"), ANSWERED),
    "applications:save": Door(MINE, by("reference"), POST_ONLY),
    "applications:check": Door(MINE, by("reference"), ANSWERED),
    "applications:submit": Door(MINE, by("reference"), ANSWERED),
    "applications:submitted": Door(MINE, by("reference"), ANSWERED),
    "applications:withdraw": Door(MINE, by("reference"), ANSWERED),
    "applications:consents": Door(MINE, by("reference")),
    "applications:accept": Door(MINE, by("reference"), ANSWERED),
    "applications:version": Door(MINE, by("reference", "version")),
    "applications:cv": Door(MINE, by("reference"), ANSWERED),
    "applications:document": Door(own("applicant", "manager"), by("document")),
    "quiz:image": Door(own("manager", "author"), by("image")),
    "quiz:start": Door(MINE, by("reference"), ANSWERED),
    "quiz:attempt": Door(MINE, by("reference"), ANSWERED),
    "quiz:save": Door(MINE, by("reference"), POST_ONLY),
    "quiz:case": Door(MINE, by("case")),
    "quiz:notice": Door(MINE, by("reference"), POST_ONLY),
    "quiz:practice": Door(MINE, by("reference")),
    "quiz:practice_questions": Door(MINE, by("reference"), ANSWERED),
    "quiz:practice_save": Door(MINE, by("reference", "version"), POST_ONLY),
    "quiz:practice_result": Door(MINE, by("reference"), ANSWERED),
    "quiz:feedback": Door(MINE, by("reference")),
    "quiz:pass": Door(own(), by("reference")),  # nobody here is sitting
    "quiz:resume": Door(MINE, by("reference"), POST_ONLY),
    "quiz:submit": Door(MINE, by("reference"), ANSWERED),
    "quiz:done": Door(MINE, by("reference"), ANSWERED),
    "selection:result": Door(MINE, by("reference")),
    "selection:confirm": Door(MINE, by("reference"), ANSWERED),
    "selection:appeal": Door(MINE, by("reference", "step")),
    "selection:decline": Door(MINE, by("reference"), ANSWERED),
    "bootcamp:timetable": Door(MINE, by("reference")),
    "bootcamp:project": Door(MINE, by("reference")),
    "bootcamp:sessions": Door(SIGNED_IN),
    "bootcamp:attendance": Door(own("trainer", "manager"), by("session")),
    "judging:home": Door(own("judge")),
    "judging:conflicts": Door(own("judge"), by("cohort")),
    "judging:mark": Door(own("judge"), by("assignment")),
    "judging:give_back": Door(own("judge"), by("assignment"), POST_ONLY),
    "monitoring:questions": Door(MINE, by("reference")),
    "monitoring:remove": Door(MINE, by("reference"), POST_ONLY),
    "matching:opportunities": Door(MINE, by("reference")),
    "matching:preview": Door(MINE, by("reference")),
    "matching:consent": Door(MINE, by("reference", "company"), POST_ONLY),
    "matching:rank": Door(MINE, by("reference")),
    "matching:result": Door(MINE, by("reference")),
    "matching:offer": Door(MINE, by("offer")),
    "portal:home": Door(own("recruiter", "rival")),
    "portal:undertaking": Door(own("recruiter", "rival"), says=ANSWERED),
    "portal:candidates": Door(own("recruiter"), by("company")),
    "portal:candidate": Door(own("recruiter"), by("company", "reference")),
    "portal:cv": Door(own("recruiter"), by("company", "reference")),
    "portal:rank": Door(own("recruiter"), by("opportunity")),
    "portal:offers": Door(own("recruiter"), by("company")),
    "portal:send_offer": Door(own("recruiter"), by("company", "reference")),
    "portal:withdraw_offer": Door(own("recruiter"), by("offer"), ANSWERED),
}


# ---- the staff site ------------------------------------------------------------------------------

READS = own("manager", "auditor", "dpo")
MANAGES = own("manager")
WRITES_ITEMS = own("manager", "author")
REVIEWS = own("manager", "reviewer")
DOES = frozenset({302, 405})  # something done by a POST
STAFF_DOORS: dict[str, Door] = {
    "admin:accounts_approval_decide": Door(MANAGES, by("approval"), DOES),
    "admin:accounts_approval_withdraw": Door(MANAGES, by("approval"), DOES),
    "admin:accounts_approval_take_back": Door(MANAGES, by("approval"), DOES),
    "admin:accounts_approval_clear": Door(MANAGES, by("approval"), DOES),
    "admin:accounts_job_progress": Door(READS, by("job")),
    "admin:accounts_ask_role": Door(MANAGES, by("person"), DOES),
    "admin:accounts_take_role": Door(MANAGES, by("person"), DOES),
    "admin:accounts_record_reading": Door(MANAGES, by("person"), DOES),
    "admin:accounts_view_as": Door(MANAGES, by("person"), DOES),
    "admin:accounts_stop_viewing": Door(STAFF, says=DOES),
    "admin:applications_access_answer": Door(own("officer"), by("access")),
    "admin:applications_cohort_set_up": Door(READS | REVIEWS, by("cohort_id")),
    "admin:applications_cohort_rules": Door(READS | REVIEWS, by("cohort_id")),
    "admin:applications_cohort_duplicate": Door(MANAGES, by("cohort_id")),
    "admin:applications_duplicate": Door(READS | REVIEWS, by("pair")),
    "admin:applications_lock_open": Door(MANAGES, by("lock")),
    "admin:applications_lock_close": Door(MANAGES, by("lock")),
    "admin:applications_counts": Door(READS),
    "admin:applications_export_new": Door(READS | REVIEWS),
    "admin:applications_export_page": Door(READS, by("export")),
    "admin:applications_export_ask": Door(READS, by("export"), DOES),
    "admin:applications_export_take": Door(READS, by("export"), DOES),
    "admin:applications_upload": Door(MANAGES),
    "admin:applications_columns": Door(MANAGES, by("file")),
    "admin:applications_confirm": Door(MANAGES, by("file"), ANSWERED),
    "admin:applications_institution_new": Door(MANAGES),
    "admin:applications_institution_others": Door(MANAGES),
    "admin:applications_institution_add_name": Door(MANAGES, by("institution"), DOES),
    "admin:applications_institution_remove_name": Door(MANAGES, by("alias"), DOES),
    "admin:applications_institution_rename": Door(MANAGES, by("institution")),
    "admin:applications_institution_merge": Door(MANAGES, by("institution")),
    "admin:applications_review_queue": Door(REVIEWS),
    "admin:applications_review_next": Door(REVIEWS, says=ANSWERED | DOES),
    "admin:applications_review": Door(REVIEWS, by("application"), ANSWERED),
    "admin:applications_review_keep": Door(REVIEWS, by("application"), DOES),
    "admin:applications_review_skip": Door(REVIEWS, by("application"), DOES),
    "admin:applications_restore": Door(MANAGES, by("application"), ANSWERED),
    "admin:applications_extend": Door(MANAGES, by("application"), ANSWERED),
    "admin:applications_late_access": Door(MANAGES),
    "admin:applications_end_late_access": Door(MANAGES, by("late"), ANSWERED),
    "admin:applications_text_publish": Door(own("manager", "dpo"), by("text")),
    "admin:bootcamp_teaching": Door(READS, by("cohort")),
    "admin:bootcamp_act": Door(MANAGES, by("cohort", "verb"), DOES),
    "admin:bootcamp_judging": Door(READS, by("cohort")),
    "admin:matching_matchrun_new": Door(MANAGES, says=ANSWERED | DOES),
    "admin:matching_matchrun_do": Door(MANAGES, by("match", "verb"), DOES),
    "admin:matching_opportunity_do": Door(MANAGES, by("job_post", "verb"), DOES),
    "admin:matching_recruiter_do": Door(MANAGES, by("recruiter", "verb"), DOES),
    "admin:quiz_item_new": Door(WRITES_ITEMS),
    "admin:quiz_item_write": Door(WRITES_ITEMS, by("kind")),
    "admin:quiz_item_images": Door(WRITES_ITEMS),
    "admin:quiz_item_edit": Door(WRITES_ITEMS, by("item")),
    "admin:quiz_item_preview": Door(WRITES_ITEMS, by("item")),
    "admin:quiz_item_retire": Door(WRITES_ITEMS, by("item"), DOES),
    "admin:quiz_item_approve": Door(MANAGES, by("item_version"), DOES),
    "admin:notifications_message_mend": Door(MANAGES, by("mend"), ANSWERED),
    "admin:notifications_correction_new": Door(MANAGES, says=ANSWERED),
    "admin:notifications_letter_kinds": Door(READS),
    "admin:notifications_letter_write": Door(MANAGES, by("letter")),
    "admin:notifications_letter_read_en": Door(READS, by("letter_version")),
    "admin:notifications_letter_read_zh": Door(READS, by("letter_version")),
    "admin:notifications_trouble_settle": Door(MANAGES, by("trouble")),
    "admin:notifications_trouble_call": Door(MANAGES),
    "admin:notifications_trouble_phone": Door(MANAGES, by("trouble"), DOES),
    "admin:notifications_announcement_new": Door(MANAGES),
    "admin:notifications_announcement_write": Door(MANAGES, by("audience")),
    "admin:notifications_announcement_confirm": Door(MANAGES, by("announcement")),
    "admin:notifications_announcement_drop": Door(MANAGES, by("announcement")),
    "admin:notifications_announcement_send": Door(MANAGES, by("announcement"), DOES),
    "admin:notifications_correction_drop": Door(MANAGES, by("correction")),
    "admin:notifications_correction_send": Door(MANAGES, by("correction"), DOES),
    "admin:quiz_attempt_void": Door(MANAGES, by("attempt"), ANSWERED | DOES),
    "admin:quiz_itemstatistics_ask": Door(MANAGES, by("scoring"), DOES),
    "admin:quiz_itemstatistics_item": Door(own("manager", "author"), by("scoring", "analysed")),
    "admin:quiz_item_export": Door(MANAGES),
    "admin:quiz_items_confirm": Door(own("manager", "author"), by("item_file")),
    "admin:quiz_items_upload": Door(own("manager", "author")),
    "admin:quiz_noticed": Door(READS, by("quiz")),
    "admin:quiz_compare": Door(MANAGES, by("quiz"), DOES),
    "admin:quiz_sitting": Door(READS, by("attempt")),
    "admin:quiz_decide": Door(MANAGES, by("staff_case"), DOES),
    "admin:quiz_monitor": Door(READS, by("quiz")),
    "admin:quiz_live": Door(READS, by("quiz")),
    "admin:quiz_watch": Door(READS | own("author"), by("quiz")),
    "admin:quiz_practice": Door(own("manager", "author")),
    "admin:quiz_attempt_give": Door(MANAGES, by("attempt"), ANSWERED | DOES),
    "admin:quiz_quiz_give_back": Door(MANAGES, by("quiz"), ANSWERED),
    "admin:quiz_quiz_score": Door(MANAGES, by("quiz"), ANSWERED | DOES),
    "admin:selection_appeal_decide": Door(MANAGES, by("override"), DOES),
    "admin:quiz_quiz_progress": Door(READS, by("quiz")),
    "admin:quiz_quiz_rule": Door(MANAGES, by("quiz"), DOES),
    "admin:quiz_ruling_ask": Door(MANAGES, by("ruling"), DOES),
    "admin:quiz_ruling_decide": Door(MANAGES, by("ruling"), DOES),
    "admin:quiz_ruling_drop": Door(MANAGES, by("ruling"), DOES),
    "admin:quiz_ruling_items": Door(MANAGES, by("quiz")),
    "admin:quiz_ruling_new": Door(MANAGES, by("quiz", "quiz_item")),
    "admin:selection_selectionrule_of_list": Door(READS, by("cohort", "step")),
    "admin:selection_selection_all_lists": Door(STAFF, says=ANSWERED),
    "admin:selection_selection_decide": Door(MANAGES, by("list"), DOES),
    "admin:selection_selection_discard": Door(MANAGES, by("list"), DOES),
    "admin:selection_selection_draw_up": Door(MANAGES, says=DOES),
    "admin:selection_selection_export": Door(READS, by("list"), DOES),
    "admin:selection_selection_foresee": Door(MANAGES, by("list"), DOES),
    "admin:selection_selection_lists": Door(READS),
    "admin:selection_selection_override": Door(MANAGES, by("list"), DOES),
    "admin:selection_selection_take_back": Door(MANAGES, by("list", "override"), DOES),
    "admin:selection_selection_undo": Door(MANAGES, by("list"), DOES),
    "admin:selection_selection_publish": Door(MANAGES, by("list"), DOES),
    "admin:selection_selection_request": Door(MANAGES, by("list"), DOES),
    "admin:selection_selection_sensitivity": Door(READS, by("list")),
    "admin:selection_selection_seed": Door(MANAGES, says=DOES),
}
MODELS: dict[str, frozenset[str]] = {
    "accounts.approval": READS,
    "accounts.auditevent": READS,
    "accounts.job": READS,
    "accounts.user": READS,
    "applications.accessrequest": own("officer"),
    "applications.application": READS | REVIEWS,
    "applications.cohort": READS | REVIEWS,
    "applications.document": MANAGES,
    "applications.duplicatecase": READS | REVIEWS,
    "applications.export": READS,
    "applications.importfile": READS,
    "applications.inputlock": READS,
    "applications.institution": READS,
    "applications.legaltext": READS,
    "applications.programme": READS,
    "bootcamp.attendance": READS,
    "bootcamp.conflict": READS,
    "bootcamp.group": READS,
    "bootcamp.judge": READS,
    "bootcamp.judgingrun": READS,
    "bootcamp.lesson": READS,
    "bootcamp.module": READS,
    "bootcamp.project": READS,
    "bootcamp.room": READS,
    "bootcamp.rubric": READS,
    "bootcamp.slot": READS,
    "bootcamp.timetable": READS,
    "bootcamp.trainer": READS,
    "matching.company": READS,
    "matching.matchrun": READS,
    "matching.minimumwage": READS,
    "matching.offer": READS,
    "matching.opportunity": READS,
    "matching.publicholiday": READS,
    "matching.recruiter": READS,
    "notifications.addresstrouble": READS,
    "notifications.announcement": READS,
    "notifications.correction": READS,
    "notifications.lettertext": READS,
    "notifications.message": READS,
    "quiz.attempt": READS,
    "quiz.extratime": own("manager", "officer"),
    "quiz.integritycase": READS,
    "quiz.item": own("manager", "author"),
    "quiz.itemstatistics": own("manager", "author"),
    "quiz.itemfile": own("manager", "author"),
    "quiz.itemversion": own("manager", "author"),
    "quiz.quiz": READS,
    "quiz.ruling": READS,
    "quiz.scoringrun": READS,
    "selection.appeal": READS,
    "selection.entry": READS,
    "selection.seedcommitment": READS,
    "selection.selection": READS,
    "selection.selectionrule": READS,
}
DJANGOS_OWN = frozenset(
    f"admin:{name}"
    for name in (
        *("index", "login", "logout", "password_change", "password_change_done", "jsi18n"),
        *("autocomplete", "view_on_site", "app_list", "search"),
    )
)


def played() -> Scene:
    """A small cohort from the open call to the accepted offers, and one that overlaps with it."""
    opened = datetime.now(UTC) - timedelta(days=110)
    staff = make_staff(now=opened)
    cohort = make_cohort(
        now=opened,
        slug="walked",
        places=12,
        places_with_ties=12,
        finalists=8,
        finalists_with_ties=8,
    )
    Season(cohort=cohort, staff=staff, applicants=16).play()
    beside = make_cohort(now=opened, slug="beside")
    outsider = make_applicant(beside, 900, now=opened)
    offer = Offer.objects.filter(state=Offer.State.ACCEPTED).select_related("opportunity").first()
    assert offer is not None, "the scene needs somebody who was hired"
    return _people_and_objects(cohort, staff.asker, offer, outsider)


def _people_and_objects(
    cohort: Cohort, manager: User, offer: Offer, outsider: Application
) -> Scene:
    hired = offer.application
    others = Application.objects.filter(cohort=cohort).exclude(pk=hired.pk)
    stranger = others.filter(stage__in=IN_FINAL).order_by("pk")[0]
    company = offer.opportunity.company
    recruiter = Recruiter.objects.get(company=company)
    rival = Recruiter.objects.exclude(company=company).first()
    booking = Booking.objects.filter(group__memberships__application=hired).first()
    assignment = Assignment.objects.filter(project__application=hired).first()
    assert rival is not None
    assert booking is not None
    assert assignment is not None
    case = open_case(
        attempt_id=Attempt.objects.get(application=hired).pk,
        ground="…",
        by=manager,
        now=cohort.finalists_at,
    )
    people: dict[str, User | None] = {
        "visitor": None,
        "applicant": hired.user,
        "stranger": stranger.user,
        "outsider": outsider.user,
        "manager": manager,
        "reviewer": make_user("reviewer@staff.dtt.example", Role.REVIEWER),
        "author": make_user("author@staff.dtt.example", Role.QUIZ_AUTHOR),
        "officer": make_user("officer@staff.dtt.example", Role.ACCOMMODATION_OFFICER),
        "auditor": make_user("auditor@staff.dtt.example", Role.AUDITOR),
        "dpo": make_user("dpo@staff.dtt.example", Role.DATA_PROTECTION_OFFICER),
        "trainer": booking.trainer.user,
        "judge": assignment.judge.user,
        "recruiter": recruiter.user,
        "rival": rival.user,
    }
    objects = _for_staff(cohort, stranger, people) | {
        "cohort": cohort.slug,
        "reference": hired.reference,
        "case": case.uuid,
        "staff_case": case.pk,
        "section": "about",
        "version": 1,
        "notice": FIRST_NOTICE,
        "document": _cv_of(hired).uuid,
        "session": booking.session.uuid,
        "assignment": assignment.uuid,
        "company": company.slug,
        "opportunity": offer.opportunity.reference,
        "offer": offer.reference,
        "message": _shown_to(hired.user).uuid,
        "unsubscribe": unsubscribe_address(hired.user).rsplit("/", 1)[1],
        "mail_service": "postmark",
        "calendar": make_calendar_address(by=hired.user, now=cohort.finalists_at).token,
    }
    foreign_job = Opportunity.objects.exclude(company=company).filter(cohort=cohort)[0]
    foreign_mark = Assignment.objects.exclude(judge=assignment.judge)[0]
    foreign_session = Booking.objects.exclude(trainer=booking.trainer)[0].session
    foreign_offer = Offer.objects.exclude(application=hired).first()
    others_objects = [
        ("applicant", "reference", stranger.reference),
        ("applicant", "reference", outsider.reference),
        ("recruiter", "reference", outsider.reference),
        ("recruiter", "company", rival.company.slug),
        ("recruiter", "opportunity", foreign_job.reference),
        ("applicant", "message", _shown_to(stranger.user).uuid),
        ("judge", "assignment", foreign_mark.uuid),
        ("trainer", "session", foreign_session.uuid),
        *([("applicant", "offer", foreign_offer.reference)] if foreign_offer else []),
    ]
    clients = {who: signed_in(user) for who, user in people.items()}
    return Scene(cohort, people, objects, others_objects, clients)


def _for_staff(
    cohort: Cohort, somebody: Application, people: dict[str, User | None]
) -> dict[str, Any]:
    """Something on each of the staff's tables, as ids."""
    now = cohort.finalists_at
    manager = people["manager"]
    assert manager is not None
    for one in Application.objects.filter(cohort=cohort):
        AccessRequest.objects.create(application=one, needs=NEEDS, requested_at=one.created_at)
    pair = sorted(Application.objects.filter(cohort=cohort).values_list("pk", flat=True))[:2]
    found = DuplicateCase.objects.create(
        cohort=cohort, first_id=pair[0], second_id=pair[1], reason="mobile", found_at=now
    )
    late = LateAccess.objects.create(
        cohort=cohort, user=somebody.user, until=now, reason="ill", given_at=now, given_by=manager
    )
    text = LegalText.objects.create(
        kind="honour-code", version="next", text_en="…", text_zh="…", created_by=manager
    )
    job = Job.objects.create(kind="nothing", asked_by=manager, asked_at=now)
    export = ask_export(
        cohort_id=cohort.pk, purpose="board", format="csv", reason="x", by=manager, now=now
    )
    file = keep_upload(
        cohort_id=cohort.pk, name="a.csv", content=FORM.encode(), by=manager, now=now
    )
    run = ScoringRun.objects.get(quiz__cohort=cohort)
    analysis = compute_statistics(run_id=run.pk, by=manager, now=now)
    items = keep_item_file(
        name="a.csv", content=b"question", format="csv", language="en", by=manager, now=now
    )
    quiz = Quiz.objects.get(cohort=cohort)
    item = quiz.pool.order_by("pk")[0]
    ruling = propose_ruling(
        quiz_id=quiz.pk, item_version_id=item.pk, effect="void", reason="x", by=manager, now=now
    )
    trouble = note_trouble(address=somebody.user.email, kind="bounced", detail="…", now=now)
    assert trouble is not None
    announcement = write_announcement(
        audience="cohort-stages",
        parameters={"cohort": cohort.slug, "stages": [somebody.stage]},
        text=dict.fromkeys(("subject_en", "body_en", "subject_zh", "body_zh"), "…"),
        why="x",
        by=manager,
        now=datetime.now(UTC),
    )
    letter = write_letter(
        kind="place-offered",
        text=in_force("place-offered"),
        why="x",
        by=manager,
        now=datetime.now(UTC),
    )
    left = claim(now=now, limit=1)
    deliver(message_ids=left, now=now)
    correction = write_correction(
        message_ids=left,
        text_en="…",
        text_zh="…",
        incident="x",
        by=manager,
        now=now,
    )
    return {
        "announcement": announcement.pk,
        "audience": announcement.audience,
        "correction": correction.pk,
        "access": AccessRequest.objects.filter(application=somebody).get().pk,
        "analysed": analysis.result["items"][0]["version_id"],
        "alias": InstitutionAlias.objects.order_by("pk")[0].pk,
        "application": somebody.pk,
        "approval": Approval.objects.order_by("pk")[0].pk,
        "attempt": Attempt.objects.order_by("pk")[0].pk,
        "cohort_id": cohort.pk,
        "export": export.uuid,
        "file": file.pk,
        "image": keep_images(contents=[DOT], by=manager, now=now)[0].reference,
        "institution": Institution.objects.order_by("pk")[0].pk,
        "item_file": items.pk,
        "item": Item.objects.order_by("pk")[0].pk,
        "item_version": ItemVersion.objects.order_by("pk")[0].pk,
        "job": job.pk,
        "kind": "ordering",
        "job_post": Opportunity.objects.order_by("pk")[0].pk,
        "late": late.pk,
        "letter": "place-offered",
        "letter_version": letter.pk,
        "mend": "recall",
        "trouble": trouble.pk,
        "list": Selection.objects.order_by("pk")[0].pk,
        "override": 1,
        "step": "bootcamp",
        "match": MatchRun.objects.order_by("pk")[0].pk,
        "pair": found.pk,
        "lock": InputLock.objects.filter(cohort=cohort).earliest("pk").pk,
        "person": somebody.user_id,
        "quiz": quiz.pk,
        "quiz_item": item.pk,
        "recruiter": Recruiter.objects.order_by("pk")[0].pk,
        "scoring": run.pk,
        "ruling": ruling.pk,
        "text": text.pk,
        "verb": "nothing",
    }


def _shown_to(person: User) -> Message:
    """Something that this person has been told."""
    return messages_to(person, datetime.now(UTC))[0]


def _cv_of(application: Application) -> Document:
    """A CV that was uploaded while it was asked for."""
    return Document.objects.create(
        application=application,
        kind=Document.Kind.CV,
        file=ContentFile(b"%PDF-1.4", name="cv.pdf"),
        name="cv.pdf",
        content_type="application/pdf",
        size=8,
        sha256="0" * 64,
        uploaded_at=application.cohort.project_due_at,
    )


def tells_of_needs(answer: Any) -> bool:
    """Whether a page has what somebody needs; its person and who arranges it alone read that."""
    return not answer.streaming and NEEDS in answer.content.decode(errors="replace")


def refused(answer: HttpResponse) -> bool:
    """404, 403, or the way to the sign-in."""
    if answer.status_code == 302:
        ways_in = (reverse("account_login"), reverse("admin:login"))
        return str(answer["Location"]).startswith(ways_in)
    return answer.status_code in (401, 403, 404, 405)


def signed_in(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def names(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[str]:
    """The name of every address of the URL configuration."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inside = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from names(pattern, inside)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{namespace}{pattern.name}"
