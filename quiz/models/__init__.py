from quiz.models.bank import Difficulty, Item, ItemVersion, Kind, TextFormat
from quiz.models.quizzes import BlueprintCell, ExtraTime, Quiz, QuizItem, ScoreRule
from quiz.models.rulings import Ruling
from quiz.models.scores import AttemptScore, ScoringRun
from quiz.models.sittings import Attempt, Response

__all__ = [
    "Attempt",
    "AttemptScore",
    "BlueprintCell",
    "Difficulty",
    "ExtraTime",
    "Item",
    "ItemVersion",
    "Kind",
    "Quiz",
    "QuizItem",
    "Response",
    "Ruling",
    "ScoreRule",
    "ScoringRun",
    "TextFormat",
]
