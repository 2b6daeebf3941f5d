from notifications.models.many import (
    ONE_PERSON_DECIDES,
    Addressee,
    Announcement,
    Corrected,
    Correction,
)
from notifications.models.outbox import AddressTrouble, Message, Pace
from notifications.models.texts import LetterText

__all__ = [
    "ONE_PERSON_DECIDES",
    "AddressTrouble",
    "Addressee",
    "Announcement",
    "Corrected",
    "Correction",
    "LetterText",
    "Message",
    "Pace",
]
