"""Find cohorts and people by what they are called."""

from django.db.models import Q

COHORT = ("name_en", "name_zh", "slug")
PERSON = ("reference", "surname_en", "given_en", "name_zh")


def cohort_called(text: str, *, at: str) -> Q:
    """The rows whose cohort is called so.

    Args:
        at: how a row leads to its cohort, e.g. `quiz__cohort__`.
    """
    return _has_every_word(text, COHORT, at)


def person_called(text: str, *, at: str = "") -> Q:
    """The rows whose application has this reference, or this name.

    Args:
        at: how a row leads to the application; blank for applications themselves.
    """
    return _has_every_word(text, PERSON, at)


def _has_every_word(text: str, fields: tuple[str, ...], at: str) -> Q:
    every = Q()
    for word in text.split():
        anywhere = Q()
        for field in fields:
            anywhere |= Q((f"{at}{field}__icontains", word))
        every &= anywhere
    return every
