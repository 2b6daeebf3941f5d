from quiz.models.bank import Difficulty, Item, ItemVersion, Kind, TextFormat
from quiz.models.quizzes import BlueprintCell, ExtraTime, Quiz, QuizItem
from quiz.models.scores import AttemptScore, ScoringRun
from quiz.models.sittings import Attempt, Response
from quiz.models.times import GivenTime, Outage, Pause

__all__ = [
    "Attempt",
    "AttemptScore",
    "BlueprintCell",
    "Difficulty",
    "ExtraTime",
    "GivenTime",
    "Item",
    "ItemVersion",
    "Kind",
    "Outage",
    "Pause",
    "Quiz",
    "QuizItem",
    "Response",
    "ScoringRun",
    "TextFormat",
]
