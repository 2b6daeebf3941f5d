from quiz.models.bank import Difficulty, Item, ItemVersion, Kind, TextFormat
from quiz.models.cases import IntegrityCase
from quiz.models.files import ItemFile
from quiz.models.images import ItemImage
from quiz.models.practice import Practice, PracticeAnswer
from quiz.models.quizzes import BlueprintCell, ExtraTime, Quiz, QuizItem, ScoreRule
from quiz.models.rulings import Ruling
from quiz.models.scores import AttemptScore, ScoringRun
from quiz.models.signals import Origin, Resemblance, Signal
from quiz.models.sittings import ABSENT, Attempt, Response
from quiz.models.statistics import ItemFigure, ItemStatistics
from quiz.models.times import GivenTime, Outage, Pause

__all__ = [
    "ABSENT",
    "Attempt",
    "AttemptScore",
    "BlueprintCell",
    "Difficulty",
    "ExtraTime",
    "GivenTime",
    "IntegrityCase",
    "Item",
    "ItemFigure",
    "ItemFile",
    "ItemImage",
    "ItemStatistics",
    "ItemVersion",
    "Kind",
    "Origin",
    "Outage",
    "Pause",
    "Practice",
    "PracticeAnswer",
    "Quiz",
    "QuizItem",
    "Resemblance",
    "Response",
    "Ruling",
    "ScoreRule",
    "ScoringRun",
    "Signal",
    "TextFormat",
]
