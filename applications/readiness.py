"""The checklist that a cohort must pass before the public sees it.

Each room registers what it knows to be needed; the page lists it, and `open_cohort` asks it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.domain.texts import in_force
from applications.models import Cohort, LegalText, SignOff
from applications.rail import calendar_of


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes:
        missing: sentences that say what is missing; none means done.
        page: the address where it is mended; empty for the page of the checklist itself.
    """

    missing: tuple[str, ...]
    page: str = ""


IN_TWO_LANGUAGES = frozenset({"name_en", "name_zh", "summary_en", "summary_zh"})
Check = Callable[[Cohort, datetime], Finding]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the checklist. One that does not block is a warning."""

    name: str
    title: str
    missing: tuple[str, ...]
    page: str
    blocks: bool

    @property
    def done(self) -> bool:
        return not self.missing


@dataclass(frozen=True, slots=True)
class _Registered:
    title: str | Promise
    check: Check
    blocks: bool


_checks: dict[str, _Registered] = {}


def register(name: str, *, title: str | Promise, check: Check, blocks: bool = True) -> None:
    """Add a line; registering a name again replaces it.

    Args:
        blocks: False for what is worth a look and keeps no cohort from opening.
    """
    _checks[name] = _Registered(title, check, blocks)


def checklist(cohort: Cohort, now: datetime) -> tuple[Line, ...]:
    """Every line, in the order in which the rooms registered them; warnings come last."""
    lines = []
    for name, registered in _checks.items():
        found = registered.check(cohort, now)
        title = str(registered.title)
        lines.append(Line(name, title, found.missing, found.page, registered.blocks))
    return tuple(sorted(lines, key=lambda line: not line.blocks))


def missing_for(cohort: Cohort, now: datetime) -> list[str]:
    """What keeps this cohort from opening, in words."""
    return [text for line in checklist(cohort, now) if line.blocks for text in line.missing]


def change_page(cohort: Cohort) -> str:
    """The form with a cohort's settings."""
    return reverse("admin:applications_cohort_change", args=[cohort.pk])


def texts(cohort: Cohort, now: datetime) -> Finding:
    published = in_force()
    return Finding(
        tuple(
            _("“%(text)s” has no published version.") % {"text": label}
            for kind, label in LegalText.Kind.choices
            if kind not in published
        ),
        reverse("admin:applications_legaltext_changelist"),
    )


def both_languages(cohort: Cohort, now: datetime) -> Finding:
    programme = cohort.programme
    missing = [
        _("“%(field)s” of the %(of)s is empty.")
        % {"field": field.verbose_name, "of": row._meta.verbose_name}
        for row in (cohort, programme)
        for field in row._meta.concrete_fields
        if field.name in IN_TWO_LANGUAGES and not getattr(row, field.name).strip()
    ]
    ours = bool(cohort.name_en.strip() and cohort.name_zh.strip())
    there = reverse("admin:applications_programme_change", args=[programme.pk])
    return Finding(tuple(missing), there if ours else change_page(cohort))


def contact(cohort: Cohort, now: datetime) -> Finding:
    page = reverse("admin:applications_programme_change", args=[cohort.programme_id])
    missing = (
        () if cohort.programme.contact_email else (_("The programme has no contact address."),)
    )
    return Finding(missing, page)


def retention(cohort: Cohort, now: datetime) -> Finding:
    told = _("Nobody has said how long the data of unsuccessful applicants are kept.")
    return Finding(() if cohort.retention_months else (told,), change_page(cohort))


def dates(cohort: Cohort, now: datetime) -> Finding:
    """The database keeps their order; this is about whether people can keep to them."""
    missing = []
    if cohort.applications_close_at <= max(now, cohort.applications_open_at):
        missing.append(_("Applications close in the past, or as soon as they open."))
    if cohort.quiz_closes_at <= max(now, cohort.quiz_opens_at):
        missing.append(_("The quiz closes in the past, or as soon as it opens."))
    answered_by = cohort.shortlist_at + timedelta(hours=cohort.reply_hours)
    if answered_by > calendar_of(cohort)["bootcamp_starts_at"]:
        missing.append(_("“Hours to confirm a place” end after the first of the “bootcamp days”."))
    return Finding(tuple(missing), change_page(cohort))


def sizes(cohort: Cohort, now: datetime) -> Finding:
    missing = []
    if cohort.finalists > cohort.places:
        missing.append(_("There are more “finalists” than “bootcamp places”."))
    return Finding(tuple(missing), change_page(cohort))


def sign_offs(cohort: Cohort, now: datetime) -> Finding:
    given = valid_sign_offs(cohort)
    missing = [
        _("Nobody has signed off: “%(subject)s”.") % {"subject": label}
        for subject, label in SignOff.Subject.choices
        if subject not in given
    ]
    return Finding(tuple(missing))


def valid_sign_offs(cohort: Cohort) -> dict[str, SignOff]:
    """By subject. What was said about a privacy notice does not hold for a newer one."""
    notice = in_force().get(LegalText.Kind.PRIVACY_NOTICE)
    since = notice.published_at if notice else None
    return {
        given.subject: given
        for given in SignOff.objects.filter(cohort=cohort).select_related("by")
        if given.subject != SignOff.Subject.PRIVACY_NOTICE or (since and since <= given.at)
    }


for _name, _title, _check in (
    ("texts", gettext_lazy("Privacy notice, honour code and consents are published"), texts),
    ("languages", gettext_lazy("Names and summary are there in both languages"), both_languages),
    ("contact", gettext_lazy("People know where to write"), contact),
    ("retention", gettext_lazy("It is settled how long data are kept"), retention),
    ("dates", gettext_lazy("The dates can be kept"), dates),
    ("sizes", gettext_lazy("The sizes fit together"), sizes),
    ("sign-offs", gettext_lazy("Somebody answers for each legal question"), sign_offs),
):
    register(_name, title=_title, check=_check)
