"""Answers to the questions on equal opportunities, as made-up applicants give them."""

import random
from datetime import datetime

from applications.models import Application
from monitoring.domain.answering import give_answers
from monitoring.models import HomeLanguage, YesNo

ANSWERS, IS_AT_HOME, RATHER_NOT = 0.8, (70, 15, 8, 4, 3), 0.04
SAYS_YES = {"disability": 0.1, "caring": 0.2, "first_in_family": 0.45}


def answer_questions(application: Application, *, seed: int, now: datetime) -> None:
    """Most people answer; the same seed gives the same answers."""
    dice = random.Random(f"questions {seed} {application.user.email}")
    if dice.random() >= ANSWERS:
        return
    answers = {"language": dice.choices(HomeLanguage.values, weights=IS_AT_HOME)[0]}
    for question, share in SAYS_YES.items():
        yes = YesNo.YES if dice.random() < share else YesNo.NO
        answers[question] = YesNo.UNSAID if dice.random() < RATHER_NOT else yes
    give_answers(application_id=application.pk, answers=answers, by=application.user, now=now)
