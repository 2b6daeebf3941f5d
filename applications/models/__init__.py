from applications.models.applications import (
    AccessRequest,
    Application,
    Consent,
    Discipline,
    ImportFile,
    Level,
    PriorLearning,
    Source,
    Stage,
    Status,
    Track,
)
from applications.models.cohorts import Cohort, Institution, Programme, in_this_language

__all__ = [
    "AccessRequest",
    "Application",
    "Cohort",
    "Consent",
    "Discipline",
    "ImportFile",
    "Institution",
    "Level",
    "PriorLearning",
    "Programme",
    "Source",
    "Stage",
    "Status",
    "Track",
    "in_this_language",
]
