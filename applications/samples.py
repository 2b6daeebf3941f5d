"""Real people for whom a text of messages is tried before it is used."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.db.models.functions import Concat, Length
from django.utils.translation import gettext as _

from applications.models import Application
from notifications.previews import Somebody


def awkward_people() -> list[Somebody]:
    """Of everybody: the longest name, one in Chinese, one who left out what may be left out."""
    chosen = awkward_among(Application.objects.all())
    people = [Somebody(_variables(one), why, bare) for one, why, bare in chosen]
    if people and not any(somebody.bare for somebody in people):
        last = people[-1]
        people[-1] = Somebody(last.variables, last.why, bare=True)
    return people


def awkward_among(
    applications: QuerySet[Application], ids: Collection[int] | None = None
) -> list[tuple[Application, str, bool]]:
    """Up to three of them: each with why it was chosen, and whether something was left out.

    Args:
        ids: only these. They are looked for here: the database is slow to be told thousands.
    """
    everybody = applications.exclude(surname_en="").select_related("cohort", "user")
    by_length = everybody.annotate(
        length=Length(Concat("surname_en", "given_en", "preferred_name"))
    ).order_by("-length", "pk")
    wanted = (
        (_("the longest name"), by_length, False),
        (_("a Chinese name"), everybody.exclude(name_zh="").order_by("-pk"), False),
        (_("without what may be missing"), everybody.filter(preferred_name=""), True),
    )
    chosen: dict[int, tuple[str, bool]] = {}
    for why, candidates, bare in wanted:
        pk = _first(candidates.exclude(pk__in=chosen).values_list("pk", flat=True), ids)
        if pk is not None:
            chosen[pk] = (why, bare)
    found = everybody.in_bulk(chosen)
    return [(found[pk], why, bare) for pk, (why, bare) in chosen.items()]


def _first(candidates: QuerySet[Application, int], ids: Collection[int] | None) -> int | None:
    if ids is None:
        return candidates.first()
    return next((pk for pk in candidates.iterator() if pk in ids), None)


def _variables(application: Application) -> dict[str, str]:
    """What a text says about somebody by name; the rest comes from the examples of its kind."""
    return {
        "name": application.called,
        "reference": application.reference,
        "person": application.full_name,
    }
