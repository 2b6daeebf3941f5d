"""Real people for whom a text of messages is tried before it is used."""

from django.db.models.functions import Concat, Length
from django.utils.translation import gettext as _

from applications.models import Application
from notifications.previews import Somebody


def awkward_people() -> list[Somebody]:
    """The longest name, one in Chinese, and one who left out what may be left out."""
    everybody = Application.objects.exclude(surname_en="").select_related("cohort", "user")
    by_length = everybody.annotate(
        length=Length(Concat("surname_en", "given_en", "preferred_name"))
    ).order_by("-length", "pk")
    wanted = (
        (_("the longest name"), by_length, False),
        (_("a Chinese name"), everybody.exclude(name_zh="").order_by("-pk"), False),
        (_("without what may be missing"), everybody.filter(preferred_name=""), True),
    )
    chosen: dict[int, Somebody] = {}
    for why, candidates, bare in wanted:
        application = candidates.exclude(pk__in=chosen).first()
        if application is not None:
            chosen[application.pk] = Somebody(_variables(application), why, bare)
    if chosen and not any(somebody.bare for somebody in chosen.values()):
        key, last = list(chosen.items())[-1]
        chosen[key] = Somebody(last.variables, last.why, bare=True)
    return list(chosen.values())


def _variables(application: Application) -> dict[str, str]:
    """What a text says about somebody by name; the rest comes from the examples of its kind."""
    return {
        "name": application.called,
        "reference": application.reference,
        "person": application.full_name,
    }
