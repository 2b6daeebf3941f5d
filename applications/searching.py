"""Find applications by what somebody remembers: a name, a reference, an address, a number.

Two trigram indexes answer: one over what an application says of the person (`SEARCHED`), one over
the addresses of accounts. Each is asked by itself, for a comparison across a join uses neither.
A name in Chinese has too few characters for trigrams; the columns of names are read through.
"""

import re

from django.db.models import Q, QuerySet

from accounts.models import User
from applications.models import Application
from applications.models.applications import SEARCHED

MOST_WORDS = 8
NAMES = ("name_zh", "surname_en", "given_en", "preferred_name")
_NUMBER = re.compile(r"\+?[\d\s().-]{5,}")
_NOT_A_DIGIT = re.compile(r"\D")


def words_of(text: str) -> list[str]:
    """The words to look for, all of them; a phone number is one word however it is grouped."""
    if _NUMBER.fullmatch(text.strip()):
        return [_NOT_A_DIGIT.sub("", text)]
    return text.replace("\x00", "").split()[:MOST_WORDS]


def found(applications: QuerySet[Application], text: str) -> QuerySet[Application]:
    """Those of the applications in which, or in whose person's address, every word occurs.

    The search itself runs here, once: a list counts and sorts what it has found.
    """
    words = words_of(text)
    if not words:
        return applications
    said, address = Q(), Q()
    for word in words:
        said &= Q(searched__icontains=word) if word.isascii() else _in_a_name(word)
        address &= Q(email__icontains=word)
    by_words = Application.objects.order_by().annotate(searched=SEARCHED).filter(said).values("pk")
    if not text.isascii():
        return applications.filter(pk__in=list(by_words.values_list("pk", flat=True)))
    people = User.objects.order_by().filter(address)
    by_address = Application.objects.order_by().filter(user__in=people.values("pk")).values("pk")
    either = by_words.values_list("pk", flat=True).union(by_address.values_list("pk", flat=True))
    return applications.filter(pk__in=list(either))


def _in_a_name(word: str) -> Q:
    anywhere = Q()
    for name in NAMES:
        anywhere |= Q(**{f"{name}__contains": word})
    return anywhere
