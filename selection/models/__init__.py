from selection.models.appeals import Appeal
from selection.models.lists import (
    APPROVAL_KIND,
    STEP_CHOICES,
    Entry,
    ExactDecimalField,
    SeedCommitment,
    Selection,
    SelectionRule,
    returned,
)
from selection.models.overrides import Override

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
