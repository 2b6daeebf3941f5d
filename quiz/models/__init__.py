from quiz.models.bank import Difficulty, Item, ItemVersion, Kind, TextFormat
from quiz.models.cases import IntegrityCase
from quiz.models.practice import Practice, PracticeAnswer
from quiz.models.quizzes import BlueprintCell, ExtraTime, Quiz, QuizItem
from quiz.models.scores import AttemptScore, ScoringRun
from quiz.models.signals import Origin, Resemblance, Signal
from quiz.models.sittings import Attempt, Response

__all__ = [
    "Attempt",
    "AttemptScore",
    "BlueprintCell",
    "Difficulty",
    "ExtraTime",
    "IntegrityCase",
    "Item",
    "ItemVersion",
    "Kind",
    "Origin",
    "Practice",
    "PracticeAnswer",
    "Quiz",
    "QuizItem",
    "Resemblance",
    "Response",
    "ScoringRun",
    "Signal",
    "TextFormat",
]
