"""Set a cohort up: settings, rules, sign-offs, a copy of it, and showing it to the public."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.domain.locking import hold_publishing, require_open
from applications.domain.promises import as_kept, promises_broken
from applications.locks import ELIGIBILITY
from applications.models import Application, Cohort, EligibilityRules, SignOff, Status
from applications.models.cohorts import BOOTCAMP_DAYS, INSTANTS_IN_ORDER
from applications.readiness import missing_for

Copier = Callable[[Cohort, Cohort, timedelta, User, datetime], None]
"""From the source to the copy, which lies that much later; called in the copy's transaction."""

Follower = Callable[[Cohort, User, datetime], None]
"""After the settings of a cohort have changed, in the same transaction."""

NOT_SETTINGS = frozenset({"id", "is_public", "rules"})
SETTINGS = tuple(f.name for f in Cohort._meta.concrete_fields if f.name not in NOT_SETTINGS)
RULES = ("statuses", "completion_from", "completion_to", "days_needed", "adults_only")
COPIED = tuple(
    name
    for name in SETTINGS
    if name not in ("slug", "name_en", "name_zh", "bootcamp_dates", *INSTANTS_IN_ORDER)
)
MAX_SHIFT_DAYS = 3660
DAYS_IN_A_MONTH = 30.4375

_copiers: dict[str, Copier] = {}
_followers: dict[str, tuple[frozenset[str], Follower]] = {}


class UnableToChangeCohort(Refused):
    """The cohort stays as it was; the message says why."""


class NotReady(UnableToChangeCohort):
    """The cohort cannot open; `missing` names what is not done."""

    def __init__(self, missing: list[str]) -> None:
        self.missing = missing
        super().__init__(
            _("This cohort cannot open yet. Missing: %(missing)s") % {"missing": " ".join(missing)}
        )


def register_copier(name: str, copy: Copier) -> None:
    """Let a room copy what it keeps for a cohort; registering a name again replaces it."""
    _copiers[name] = copy


def register_follower(name: str, *, of: Iterable[str], follow: Follower) -> None:
    """Let a room follow a change of these settings; registering a name again replaces it."""
    _followers[name] = frozenset(of), follow


def add_cohort(
    *, values: Mapping[str, Any], rules: Mapping[str, Any], by: User, now: datetime
) -> Cohort:
    """Make a cohort with the first version of its rules. The public does not see it yet.

    Raises:
        UnableToChangeCohort: something is out of order; the message names the fields.
    """
    with transaction.atomic():
        version = EligibilityRules(**_in_form(rules), number=1, created_at=now, created_by=by)
        cohort = Cohort(**_known(values))
        cohort.bootcamp_dates = sorted(set(cohort.bootcamp_dates or ()))
        _require_valid(version)
        _require_enough_days(version, cohort)
        version.save()
        cohort.rules = version
        _require_valid(cohort)
        cohort.save()
        audit.record(cohort, "add-cohort", by=by, now=now, after=_said(cohort, SETTINGS))
        return cohort


def change_cohort(
    *, cohort_id: int, values: Mapping[str, Any], by: User, now: datetime, reason: str = ""
) -> Cohort:
    """Change settings; equal ones change nothing.

    Raises:
        UnableToChangeCohort: the order would be wrong (names both fields), a date that people rely
            on would move earlier, or a room has told people otherwise.
    """
    with transaction.atomic():
        hold_publishing(cohort_id)  # a list that comes out now holds its settings from now on
        cohort = _locked(cohort_id)
        wanted = as_kept(_known(values))
        if "bootcamp_dates" in wanted:
            wanted["bootcamp_dates"] = sorted(set(wanted["bootcamp_dates"]))
        changed = {name: v for name, v in wanted.items() if getattr(cohort, name) != v}
        if not changed:
            return cohort
        broken = promises_broken(cohort, changed, now)
        if broken:
            raise UnableToChangeCohort(" ".join(broken.values()))
        before = _said(cohort, changed)
        for name, value in changed.items():
            setattr(cohort, name, value)
        _require_valid(cohort)
        _require_enough_days(cohort.rules, cohort)
        cohort.save(update_fields=list(changed))
        after = _said(cohort, changed)
        audit.record(
            cohort, "change-cohort", by=by, now=now, before=before, after=after, reason=reason
        )
        for settings, follow in _followers.values():
            if settings & changed.keys():
                follow(cohort, by, now)
        return cohort


def change_rules(
    *, cohort_id: int, values: Mapping[str, Any], reason: str, by: User, now: datetime
) -> EligibilityRules:
    """Put a new version of the eligibility rules in force; equal values change nothing.

    What has been submitted keeps the version that it was submitted under. Drafts, the checker and
    whoever submits from now on are judged by the new one.

    Raises:
        UnableToChangeCohort: no reason is given, or the rules cannot be met by anybody.
        InputLocked: a list has been published.
    """
    with transaction.atomic():
        require_open(cohort_id=cohort_id, part=ELIGIBILITY, now=now)
        cohort = _locked(cohort_id)
        current = cohort.rules
        before = {name: getattr(current, name) for name in RULES}
        after = before | _in_form(values)
        if after == _in_form(before):
            return current
        if not reason.strip():
            raise UnableToChangeCohort(_("Say why the rules change."))
        taken = EligibilityRules.objects.filter(previous=current).exists()  # by another cohort
        version = EligibilityRules(
            **after,
            number=current.number + 1,
            previous=None if taken else current,
            created_at=now,
            created_by=by,
            reason=reason.strip(),
        )
        _require_valid(version)
        _require_enough_days(version, cohort)
        version.save()
        cohort.rules = version
        cohort.save(update_fields=["rules"])
        audit.record(
            cohort,
            "change-rules",
            by=by,
            now=now,
            before={"version": current.number, **_said(current, RULES)},
            after={"version": version.number, **_said(version, RULES)},
            reason=reason.strip(),
        )
        return version


def duplicate_cohort(
    *,
    cohort_id: int,
    slug: str,
    name_en: str,
    name_zh: str,
    shift_days: int,
    by: User,
    now: datetime,
) -> Cohort:
    """Copy a cohort's settings, rules and what the rooms keep for it, so many days later.

    Every date moves by the same number of days, the months of completion by as many whole months.
    No person, application, mark, consent or document is copied; the public does not see the copy.

    Raises:
        UnableToChangeCohort: the short name is taken, or the shift is out of reason.
    """
    if abs(shift_days) > MAX_SHIFT_DAYS:
        raise UnableToChangeCohort(_("Shift the dates by at most ten years."))
    with transaction.atomic():
        source = _locked(cohort_id)
        shift = timedelta(days=shift_days)
        values = {name: getattr(source, name) for name in COPIED}
        values |= {name: getattr(source, name) + shift for name in INSTANTS_IN_ORDER}
        values |= {
            "slug": slug,
            "name_en": name_en,
            "name_zh": name_zh,
            "bootcamp_dates": [day + shift for day in source.bootcamp_dates],
        }
        months = round(shift_days / DAYS_IN_A_MONTH)
        rules = {name: getattr(source.rules, name) for name in RULES} | {
            "completion_from": months_later(source.rules.completion_from, months),
            "completion_to": months_later(source.rules.completion_to, months),
        }
        copy = add_cohort(values=values, rules=rules, by=by, now=now)
        for carry_over in _copiers.values():
            carry_over(source, copy, shift, by, now)
        audit.record(
            copy,
            "duplicate-cohort",
            by=by,
            now=now,
            after={"from": source.slug, "shift_days": shift_days, "rooms": sorted(_copiers)},
        )
        return copy


def sign_off(*, cohort_id: int, subject: str, by: User, now: datetime) -> SignOff:
    """Answer for a question of the checklist; again takes the place of the earlier answer."""
    if subject not in SignOff.Subject.values:
        raise UnableToChangeCohort(_("There is nothing of this name to sign off."))
    with transaction.atomic():
        cohort = _locked(cohort_id)
        signed, _created = SignOff.objects.update_or_create(
            cohort=cohort, subject=subject, defaults={"by": by, "at": now}
        )
        audit.record(cohort, "sign-off", by=by, now=now, after={"subject": subject})
        return signed


def open_cohort(*, cohort_id: int, by: User, now: datetime) -> Cohort:
    """Show a cohort to the public; doing so again changes nothing.

    Raises:
        NotReady: something on the checklist is not done; names what.
    """
    with transaction.atomic():
        cohort = _locked(cohort_id)
        if cohort.is_public:
            return cohort
        missing = missing_for(cohort, now)
        if missing:
            raise NotReady(missing)
        return _show(cohort, public=True, by=by, now=now)


def close_to_public(*, cohort_id: int, by: User, now: datetime) -> Cohort:
    """Take a cohort off the public pages, as long as nobody has begun to apply.

    Raises:
        UnableToChangeCohort: somebody has.
    """
    with transaction.atomic():
        cohort = _locked(cohort_id)
        if not cohort.is_public:
            return cohort
        if Application.objects.filter(cohort=cohort).exists():
            raise UnableToChangeCohort(
                _("People have begun to apply, so this cohort stays on the public pages.")
            )
        return _show(cohort, public=False, by=by, now=now)


def months_later(day: date, months: int) -> date:
    """The first day of the month that lies so many months later."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def _show(cohort: Cohort, *, public: bool, by: User, now: datetime) -> Cohort:
    cohort.is_public = public
    cohort.save(update_fields=["is_public"])
    verb = "open-cohort" if public else "close-to-public"
    before, after = {"is_public": not public}, {"is_public": public}
    audit.record(cohort, verb, by=by, now=now, before=before, after=after)
    return cohort


def _locked(cohort_id: int) -> Cohort:
    """The row, locked against changes and against new applications."""
    return (
        Cohort.objects.select_for_update(of=("self",))
        .select_related("programme", "rules")
        .get(pk=cohort_id)
    )


def _known(values: Mapping[str, Any]) -> Mapping[str, Any]:
    unknown = sorted(values.keys() - set(SETTINGS))
    if unknown:
        raise UnableToChangeCohort(
            _("There is no setting “%(name)s” to change here.") % {"name": unknown[0]}
        )
    return values


def _in_form(values: Mapping[str, Any]) -> dict[str, Any]:
    """Rules as they are stored: months by their first day, groups in one order."""
    form = {name: values[name] for name in RULES if name in values}
    for name in ("completion_from", "completion_to"):
        if name in form:
            form[name] = form[name].replace(day=1)
    if "statuses" in form:
        form["statuses"] = [value for value in Status.values if value in form["statuses"]]
    return form


def _require_enough_days(version: EligibilityRules, cohort: Cohort) -> None:
    days = len(cohort.bootcamp_dates)
    if version.days_needed > days:
        raise UnableToChangeCohort(
            _("“%(needed)s” is %(n)d, but “%(days)s” has only %(of)d.")
            % {
                "needed": _("bootcamp days one must attend"),
                "n": version.days_needed,
                "days": BOOTCAMP_DAYS,
                "of": days,
            }
        )


def _require_valid(row: models.Model) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        labels = {field.name: str(field.verbose_name) for field in row._meta.concrete_fields}
        said = [
            f"{labels[name]}: {text}" if name in labels else str(text)
            for name, texts in error.message_dict.items()
            for text in texts
        ]
        raise UnableToChangeCohort(" ".join(said)) from error


def _said(row: models.Model, names: Any) -> dict[str, Any]:
    """Values as plain JSON."""
    return {name: _plain(getattr(row, name)) for name in sorted(names)}


def _plain(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case list():
            return [_plain(part) for part in value]
        case models.Model():
            return value.pk
        case _:
            return value
