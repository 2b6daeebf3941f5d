"""Everything about one person in one cohort, on one page. Never what they need to take part."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import approvable
from accounts.domain.viewing import can_be_viewed
from accounts.models import Approval, AuditEvent, User
from accounts.roles import Role, has_role
from accounts.rules import views_as
from accounts.wording import say_verb
from applications.answers import ASKED, RATINGS, answers_in, say_month
from applications.domain.documents import Readiness, readiness
from applications.domain.lateness import closes_at
from applications.domain.restoring import restorable_until
from applications.domain.review import may_be_decided
from applications.models import (
    Acceptance,
    Application,
    Consent,
    Document,
    DuplicateCase,
    LateAccess,
    Stage,
    Submission,
)
from applications.published import standing
from applications.queries import events_about
from applications.rail import rail_for
from applications.rules import (
    manages_cohorts,
    reads_documents,
    reads_everything,
    reviews_applications,
)
from applications.story import Chapter, chapters_of
from applications.web.staff.reviewing import named_doubts
from notifications.models import Message
from notifications.moments import say_day, say_instant

arranges_access = has_role(Role.ACCOMMODATION_OFFICER)
APPLICATION = Application._meta.label_lower
APPROVAL = Approval._meta.label_lower
# Facts about access arrangements stay with those who make them.
ABOUT_ACCESS = ("request-access",)
ACCESS_LETTERS = "access"
FIELDS = {field.name: field for field in Application._meta.fields}
Table = dict[str, Any]


def story_of(application: Application, viewer: User, now: datetime) -> dict[str, Any]:
    """Where somebody stands, what was answered, decided, told and done, and by whom."""
    family = [application, *application.merged.select_related("user").order_by("pk")]
    ids = [one.pk for one in family]
    people = {one.user_id for one in family}
    cases = list(_cases(ids))
    late = list(_late_access(application, people))
    documents = list(Document.objects.filter(application__in=ids))
    every_chapter = chapters_of(ids)
    chapters = every_chapter if reads_everything(viewer) else []
    letters = list(_letters(application, people))
    objects = [
        Chapter("", objects={APPLICATION: ids}),
        Chapter("", objects={LateAccess._meta.label_lower: [one.pk for one in late]}),
        Chapter("", objects={DuplicateCase._meta.label_lower: [one.pk for one in cases]}),
        Chapter("", objects={Document._meta.label_lower: [one.pk for one in documents]}),
        Chapter("", objects={Message._meta.label_lower: [one.pk for one in letters]}),
        *chapters,
    ]
    names = {str(one.pk): one.reference for one in family}
    return {
        "application": application,
        "family": family[1:],
        "rail": rail_for(
            application,
            now,
            published=_published(every_chapter),
            standing=standing(application, now),
        ),
        "doubts": named_doubts(application),
        "rules": application.rules or application.cohort.rules,
        "buttons": list(_buttons(application, viewer, late, now)),
        "links": list(_links(application, viewer)),
        "closes": closes_at(application.cohort, application.user_id),
        "answers": [(title, answers_in(application, slug)) for slug, (title, _f) in ASKED.items()],
        "submissions": _submissions(ids, names),
        "agreed": _agreed(ids),
        "documents": [_document(one, viewer) for one in documents],
        "late": late,
        "cases": [_case(case, ids) for case in cases],
        "chapters": chapters,
        "history": _history(events_about(objects, people), names, several=len(family) > 1),
        "told": _told(letters),
        "access_link": _access_link(application, viewer),
    }


def _buttons(
    application: Application, viewer: User, late: list[LateAccess], now: datetime
) -> Iterator[dict[str, str]]:
    if reviews_applications(viewer) and may_be_decided(application):
        opened = application.stage == Stage.SUBMITTED
        label = _("Decide about eligibility") if opened else _("Re-open the decision")
        yield _button(label, "applications_review", application.pk)
    if not manages_cohorts(viewer):
        return
    withdrawn = application.withdrawn_at
    if application.stage == Stage.WITHDRAWN and withdrawn and now < restorable_until(withdrawn):
        yield _button(_("Restore the application"), "applications_restore", application.pk)
    if application.stage in (Stage.DRAFT, Stage.SUBMITTED, Stage.ELIGIBLE):
        yield _button(_("Extend the deadline"), "applications_extend", application.pk)
    for one in late:
        if one.ended_at is None:
            yield _button(_("Take the extension back"), "applications_end_late_access", one.pk)


def _button(label: str, name: str, pk: int) -> dict[str, str]:
    return {"label": label, "url": reverse(f"admin:{name}", args=[pk])}


def _links(application: Application, viewer: User) -> Iterator[dict[str, str]]:
    cohort = reverse("admin:applications_cohort_change", args=[application.cohort_id])
    yield {"label": _("The cohort"), "url": cohort}
    if reads_everything(viewer):
        person = reverse("admin:accounts_user_change", args=[application.user_id])
        letters = reverse("admin:notifications_message_changelist")
        trail = reverse("admin:accounts_auditevent_changelist")
        yield {"label": _("The account"), "url": person}
        if views_as(viewer) and can_be_viewed(application.user):
            yield {"label": _("View the site as this person"), "url": f"{person}#view_reason"}
        yield {
            "label": _("The messages"),
            "url": f"{letters}?person__id__exact={application.user_id}",
        }
        yield {
            "label": _("The audit trail"),
            "url": f"{trail}?object_type={APPLICATION}&object_id={application.pk}",
        }


def _access_link(application: Application, viewer: User) -> str:
    asked = getattr(application, "access_request", None) if arranges_access(viewer) else None
    if asked is None:
        return ""
    return reverse("admin:applications_accessrequest_change", args=[asked.pk])


def _submissions(ids: list[int], names: dict[str, str]) -> list[dict[str, Any]]:
    """Each submitted version with what it changed, the newest first."""
    versions = list(
        Submission.objects.filter(application__in=ids).order_by("application", "number")
    )
    shown: list[dict[str, Any]] = []
    for before, version in pairwise([None, *versions]):
        if version is None:
            continue
        first = before is None or before.application_id != version.application_id
        shown.append(
            {
                "number": version.number,
                "at": version.at,
                "reference": names[str(version.application_id)],
                "whole": _whole(version.answers),
                "first": first,
                "changes": [] if first or before is None else _changes(before, version),
            }
        )
    return sorted(shown, key=lambda version: (version["at"], version["number"]), reverse=True)


def _whole(answers: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (_label(name), _say(name, answers[name]))
        for name in _in_order(answers)
        if _said(answers[name])
    ]


def _changes(before: Submission, after: Submission) -> list[tuple[str, str, str]]:
    return [
        (_label(name), _say(name, before.answers.get(name)), _say(name, after.answers.get(name)))
        for name in _in_order(before.answers | after.answers)
        if before.answers.get(name) != after.answers.get(name)
    ]


def _in_order(names: Iterable[str]) -> list[str]:
    """As they are asked; the database keeps them in an order of its own."""
    asked = list(FIELDS)
    return sorted(names, key=lambda name: asked.index(name) if name in FIELDS else len(asked))


def _label(name: str) -> str:
    return str(FIELDS[name].verbose_name) if name in FIELDS else name


def _said(value: Any) -> bool:
    return value not in (None, "", [])


def _say(name: str, value: Any) -> str:
    """A kept answer in words, as the person wrote it."""
    if not _said(value):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    field = FIELDS.get(name)
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if name == "python_rating":
        return str(dict(RATINGS).get(value, value))
    if name == "available_days":
        return "; ".join(_day(day) for day in value)
    if name == "completion_on":
        return say_month(_date(value)) or str(value)
    return str(value)


def _day(text: str) -> str:
    day = _date(text)
    return say_day(day) if day else text


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _agreed(ids: list[int]) -> Table:
    """Accepted texts and optional consents, those that were withdrawn too."""
    accepted = Acceptance.objects.filter(application__in=ids).select_related("text")
    rows = [
        [one.text.get_kind_display(), one.text.version, one.language, say_instant(one.at), ""]
        for one in accepted
    ]
    rows += [
        [
            one.get_purpose_display(),
            one.text_version,
            one.language,
            say_instant(one.given_at),
            say_instant(one.withdrawn_at) if one.withdrawn_at else "",
        ]
        for one in Consent.objects.filter(application__in=ids)
    ]
    headers = [_("Text"), _("Version"), _("Language"), _("Accepted"), _("Withdrawn")]
    return {"headers": headers, "rows": rows}


def _document(document: Document, viewer: User) -> dict[str, Any]:
    """A file, with the way to it for whoever may read it; every reading is written down."""
    may = reads_documents(viewer) and readiness(document) is Readiness.READY
    address = reverse("applications:document", args=[document.uuid]) if may else ""
    return {"document": document, "current": document.replaced_at is None, "url": address}


def _late_access(application: Application, people: set[int]) -> Iterable[LateAccess]:
    return LateAccess.objects.filter(cohort=application.cohort_id, user__in=people).select_related(
        "given_by"
    )


def _cases(ids: list[int]) -> Iterable[DuplicateCase]:
    pair = Q(first__in=ids) | Q(second__in=ids)
    return DuplicateCase.objects.filter(pair).select_related("first", "second", "decided_by")


def _case(case: DuplicateCase, ids: list[int]) -> dict[str, Any]:
    other = case.second if case.first_id in ids else case.first
    return {"case": case, "other": other}


def _history(events: Iterable[AuditEvent], names: dict[str, str], *, several: bool) -> Table:
    """Who did what, the newest first; which of the applications, where there are several."""
    rows = []
    for event in events:
        if event.verb in ABOUT_ACCESS:
            continue
        row = [say_instant(event.at), str(event.actor or _("the system")), _what(event)]
        if several:
            own = event.object_type == APPLICATION
            row.append(names.get(event.object_id, "") if own else "")
        rows.append([*row, event.reason])
    headers = [
        _("When"),
        _("Who"),
        _("What"),
        *([_("Application")] if several else []),
        _("Reason"),
    ]
    return {"headers": headers, "rows": rows}


def _what(event: AuditEvent) -> str:
    said = say_verb(event.verb)
    stages = [
        str(Stage(part["stage"]).label)
        for part in (event.before, event.after)
        if part.get("stage") in Stage.values
    ]
    if stages:
        return f"{said} ({' → '.join(stages)})"
    if event.object_type == APPROVAL and "kind" in event.after:
        return f"{said}: {approvable.known(event.after['kind']).title}"
    fields = event.after.get("fields")
    if event.verb in ("edit", "take-over") and isinstance(fields, list) and fields:
        return f"{said}: {', '.join(_label(name) for name in fields)}"
    return said


def _published(chapters: Iterable[Chapter]) -> set[str]:
    """What every room has made public, so that staff read the sentence that the person reads."""
    return {name for chapter in chapters for name in chapter.published}


def _letters(application: Application, people: set[int]) -> Iterable[Message]:
    """What these people were told, but for letters that name another cohort's application."""
    letters = Message.objects.filter(person__in=people).exclude(kind__startswith=ACCESS_LETTERS)
    elsewhere = Application.objects.filter(user__in=people).exclude(cohort=application.cohort_id)
    for reference in elsewhere.values_list("reference", flat=True):
        in_text = Q(subject__contains=reference) | Q(body__contains=reference)
        letters = letters.exclude(Q(run__contains=reference) | in_text)
    return letters.defer("body")


def _told(letters: Iterable[Message]) -> Table:
    rows = [
        [say_instant(letter.queued_at), letter.subject, letter.get_state_display()]
        for letter in letters
    ]
    return {"headers": [_("When"), _("Subject"), _("State")], "rows": rows}
