"""Institutions: the names in force, and what staff do to the list.

Every name of an institution, its code and its two titles among them, is a row of
`InstitutionAlias`, whose unique key is what makes a name lead to one institution.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.counts import written_under_other
from applications.institutions import SEED, Directory, directory_of, key
from applications.models import Application, Cohort, Institution, InstitutionAlias

LONGEST = 150


class UnableToChangeInstitution(Refused):
    """The list of institutions stays as it is; the message says why."""


def directory() -> Directory:
    """The names in force; those of a merged institution lead to what it was merged into.

    Two queries whatever the size.
    """
    rows = {row.pk: row for row in Institution.objects.all()}
    own = (
        (name, row.resolved(rows).code)
        for row in rows.values()
        for name in (row.code, row.name_en, row.name_zh)
    )
    aliases = (
        (alias.name, rows[alias.institution_id].resolved(rows).code)
        for alias in InstitutionAlias.objects.filter(institution__in=rows)
    )
    return directory_of((*own, *aliases))


def add_institution(
    *, code: str, name_en: str, name_zh: str, by: User, now: datetime
) -> Institution:
    """Put an institution on the list.

    Raises:
        UnableToChangeInstitution: one of the names is another institution's.
    """
    with transaction.atomic():
        if Institution.objects.filter(code=code).exists():
            raise UnableToChangeInstitution(
                _("There is an institution with the code “%(code)s” already.") % {"code": code}
            )
        institution = Institution.objects.create(code=code, name_en=name_en, name_zh=name_zh)
        _name(institution, (code, name_en, name_zh))
        audit.record(institution, "add-institution", by=by, now=now, after={"code": code})
        return institution


def rename_institution(
    *, institution_id: int, name_en: str, name_zh: str, by: User, now: datetime
) -> Institution:
    """Give an institution other titles; it is still found by those it had.

    Raises:
        UnableToChangeInstitution: merged into another, or a name is another institution's.
    """
    with transaction.atomic():
        institution = _locked(institution_id)[institution_id]
        before = {"name_en": institution.name_en, "name_zh": institution.name_zh}
        _name(institution, (*before.values(), name_en, name_zh))
        institution.name_en, institution.name_zh = name_en, name_zh
        institution.save(update_fields=["name_en", "name_zh"])
        after = {"name_en": name_en, "name_zh": name_zh}
        audit.record(institution, "rename", by=by, now=now, before=before, after=after)
        return institution


def add_alias(
    *, institution_id: int, name: str, until: int | None, by: User, now: datetime
) -> InstitutionAlias:
    """Let another name lead to an institution; `until` is the year in which it was given up.

    Raises:
        UnableToChangeInstitution: it leads to an institution already.
    """
    with transaction.atomic():
        institution = _locked(institution_id)[institution_id]
        held = InstitutionAlias.objects.filter(key=key(name), institution=institution).first()
        if held:
            raise UnableToChangeInstitution(
                _("“%(name)s” leads to “%(institution)s” already.")
                % {"name": name, "institution": institution}
            )
        _name(institution, (name,), until=until)
        alias = InstitutionAlias.objects.get(key=key(name))
        audit.record(institution, "add-name", by=by, now=now, after={"name": name})
        return alias


def is_settled(alias: InstitutionAlias, institution: Institution) -> bool:
    """Whether a name of an institution is one of its titles, or comes with the program."""
    titles = (institution.code, institution.name_en, institution.name_zh)
    return alias.key in map(key, titles) or SEED.names.get(alias.key) == institution.code


def remove_alias(*, alias_id: int, by: User, now: datetime) -> None:
    """Let a name that was added by mistake lead nowhere.

    Raises:
        UnableToChangeInstitution: it is a title of the institution, or on the list that comes
            with the program.
    """
    with transaction.atomic():
        alias = InstitutionAlias.objects.select_related("institution").get(pk=alias_id)
        institution = _locked(alias.institution_id)[alias.institution_id]
        titles = {
            key(name) for name in (institution.code, institution.name_en, institution.name_zh)
        }
        if alias.key in titles or SEED.names.get(alias.key) == institution.code:
            raise UnableToChangeInstitution(
                _("“%(name)s” is a settled name of “%(institution)s” and stays.")
                % {"name": alias.name, "institution": institution}
            )
        audit.record(institution, "remove-name", by=by, now=now, before={"name": alias.name})
        alias.delete()


def merge_institution(*, institution_id: int, into_id: int, by: User, now: datetime) -> int:
    """Make two entries of one institution one, and return how many applications moved.

    The names of the merged entry lead to the other one from now on; the entry stays on record
    and can no longer be chosen.

    Raises:
        UnableToChangeInstitution: they are one entry, or one of them has been merged before.
    """
    if institution_id == into_id:
        raise UnableToChangeInstitution(_("An institution cannot be merged into itself."))
    with transaction.atomic():
        locked = _locked(institution_id, into_id)
        merged, target = locked[institution_id], locked[into_id]
        _write(merged, (merged.code, merged.name_en, merged.name_zh))
        InstitutionAlias.objects.filter(institution=merged).update(institution=target)
        merged.merged_into = target
        merged.save(update_fields=["merged_into"])
        applications = list(_lock(Application.objects.filter(institution=merged)))
        Application.objects.filter(pk__in=[one.pk for one in applications]).update(
            institution=target
        )
        before, after = {"institution": merged.code}, {"institution": target.code}
        audit.record_many(
            [
                audit.event(
                    application, "institution-merged", by=by, now=now, before=before, after=after
                )
                for application in applications
            ]
        )
        counts = {"into": target.code, "applications": len(applications)}
        audit.record(merged, "merge", by=by, now=now, after=counts)
        return len(applications)


def settle_other(
    *,
    cohort_id: int,
    written: str,
    institution_id: int,
    keep_name: bool,
    by: User,
    now: datetime,
) -> int:
    """Give the applicants of a cohort who wrote this name their institution; return how many.

    Args:
        written: the name as one of them wrote it; whoever wrote it otherwise spelt comes along.
        keep_name: whether the name leads to the institution from now on.

    Raises:
        UnableToChangeInstitution: nobody wrote it (any more), or it is another institution's name.
    """
    with transaction.atomic():
        institution = _locked(institution_id)[institution_id]
        cohort = Cohort.objects.get(pk=cohort_id)
        wanted = key(written)
        waiting = _lock(written_under_other(cohort))
        applications = [each for each in waiting if key(each.institution_other) == wanted]
        if not applications:
            raise UnableToChangeInstitution(
                _("Nobody in this cohort is waiting under “%(name)s” any more.") % {"name": written}
            )
        if keep_name:
            _name(institution, (written,))
        Application.objects.filter(pk__in=[one.pk for one in applications]).update(
            institution=institution, institution_other="", version=F("version") + 1
        )
        after = {"institution": institution.code}
        audit.record_many(
            [audit.event(a, "institution-found", by=by, now=now, after=after) for a in applications]
        )
        found = after | {"name": written, "applications": len(applications), "kept": keep_name}
        audit.record(cohort, "settle-institution", by=by, now=now, after=found)
        return len(applications)


def _locked(*ids: int) -> dict[int, Institution]:
    """Lock institutions in the order of their ids.

    Without their keys: an applicant who saves at this moment does not wait for us, nor we for
    them. Who thereby ends up under a merged entry is counted under what it leads to.
    """
    rows = Institution.objects.select_for_update(of=("self",), no_key=True)
    locked = {row.pk: row for row in rows.filter(pk__in=ids).order_by("pk")}
    merged = next((row for row in locked.values() if row.merged_into_id is not None), None)
    if merged is not None:
        raise UnableToChangeInstitution(
            _("“%(institution)s” has been merged into “%(target)s”.")
            % {"institution": merged, "target": merged.merged_into}
        )
    return locked


def _lock(applications: QuerySet[Application]) -> QuerySet[Application]:
    return applications.select_for_update(of=("self",)).order_by("pk")


def _name(institution: Institution, names: Iterable[str], *, until: int | None = None) -> None:
    """Let names lead to an institution; those that do already are left alone.

    Raises:
        UnableToChangeInstitution: a name says nothing, or leads to another institution.
    """
    by_key = _write(institution, names, until=until)
    held = InstitutionAlias.objects.filter(key__in=by_key).select_related("institution")
    other = next((alias for alias in held if alias.institution_id != institution.pk), None)
    if other is not None:
        raise UnableToChangeInstitution(
            _("“%(name)s” already leads to “%(institution)s”. A name has one institution.")
            % {"name": by_key[other.key], "institution": other.institution}
        )


def _write(
    institution: Institution, names: Iterable[str], *, until: int | None = None
) -> dict[str, str]:
    """Write the names that lead nowhere yet; return all of them by their keys.

    Raises:
        UnableToChangeInstitution: a name says nothing, or is too long.
    """
    by_key = {key(name): name for name in names if name}
    if "" in by_key or any(max(len(k), len(name)) > LONGEST for k, name in by_key.items()):
        raise UnableToChangeInstitution(
            _("A name needs a letter or a digit, and has at most %(n)d characters.")
            % {"n": LONGEST}
        )
    InstitutionAlias.objects.bulk_create(
        (
            InstitutionAlias(institution=institution, name=name, key=folded, until=until)
            for folded, name in sorted(by_key.items())
        ),
        ignore_conflicts=True,
    )
    return by_key
