"""Find applications by what somebody remembers: a name, a reference, an address, a number.

Two trigram indexes answer: one over what an application says of the person (`SEARCHED`), one over
the addresses of accounts. Each is asked by itself, for a comparison across a join uses neither.
"""

import re

from django.db.models import Q, QuerySet

from accounts.models import User
from applications.models import Application
from applications.models.applications import SEARCHED

MOST_WORDS = 8
_NUMBER = re.compile(r"\+?[\d\s().-]{5,}")
_NOT_A_DIGIT = re.compile(r"\D")


def words_of(text: str) -> list[str]:
    """The words to look for, all of them; a phone number is one word however it is grouped."""
    if _NUMBER.fullmatch(text.strip()):
        return [_NOT_A_DIGIT.sub("", text)]
    return [word.upper() for word in text.replace("\x00", "").split()[:MOST_WORDS]]


def found(applications: QuerySet[Application], text: str) -> QuerySet[Application]:
    """Those of the applications in which, or in whose person's address, every word occurs."""
    words = words_of(text)
    if not words:
        return applications
    said, address = Q(), Q()
    for word in words:
        said &= Q(searched__contains=word)
        address &= Q(email__icontains=word)
    by_words = Application.objects.order_by().annotate(searched=SEARCHED).filter(said)
    by_address = Application.objects.order_by().filter(
        user__in=User.objects.order_by().filter(address).values("pk")
    )
    return applications.filter(pk__in=by_words.values("pk").union(by_address.values("pk")))
