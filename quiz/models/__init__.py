from quiz.models.bank import Difficulty, Item, ItemVersion, Kind, TextFormat
from quiz.models.files import ItemFile
from quiz.models.images import ItemImage
from quiz.models.quizzes import BlueprintCell, ExtraTime, Quiz, QuizItem
from quiz.models.scores import AttemptScore, ScoringRun
from quiz.models.sittings import Attempt, Response

__all__ = [
    "Attempt",
    "AttemptScore",
    "BlueprintCell",
    "Difficulty",
    "ExtraTime",
    "Item",
    "ItemFile",
    "ItemImage",
    "ItemVersion",
    "Kind",
    "Quiz",
    "QuizItem",
    "Response",
    "ScoringRun",
    "TextFormat",
]
