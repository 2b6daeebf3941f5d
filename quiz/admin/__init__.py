from quiz.admin import bank, quizzes

__all__ = ["bank", "quizzes"]
