from selection.models.appeals import Appeal
from selection.models.lists import (
    APPROVAL_KIND,
    Entry,
    ExactDecimalField,
    Selection,
    returned,
)
from selection.models.overrides import Override
from selection.models.preparing import STEP_CHOICES, SeedCommitment, SelectionRule

__all__ = [
    "APPROVAL_KIND",
    "STEP_CHOICES",
    "Appeal",
    "Entry",
    "ExactDecimalField",
    "Override",
    "SeedCommitment",
    "Selection",
    "SelectionRule",
    "returned",
]
