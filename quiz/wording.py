"""How topics and answers are called, in the reader's language or in that of a question."""

from django.utils.translation import gettext_lazy as _

from accounts.languages import Language
from quiz.models import Difficulty

TOPICS = {
    "python": _("Python"),
    "mathematics": _("Mathematics"),
    "statistics": _("Statistics"),
    "data-handling": _("Data handling"),
    "machine-learning": _("Machine learning"),
}
# A question shows both languages at once, so these do not follow the reader's.
TRUTHS = {
    Language.ENGLISH.value: {"true": "True", "false": "False"},
    Language.TRADITIONAL_CHINESE.value: {"true": "正確", "false": "錯誤"},
}


def say_topic(topic: str) -> str:
    """The name of a topic; one that we do not know is named as its file names it."""
    return str(TOPICS.get(topic) or topic.replace("-", " ").capitalize())


def say_difficulty(difficulty: str) -> str:
    return str(Difficulty(difficulty).label) if difficulty in Difficulty.values else difficulty
