from applications.models.applications import (
    AccessRequest,
    Application,
    Consent,
    Discipline,
    Level,
    PriorLearning,
    Source,
    Stage,
    Track,
)
from applications.models.cohorts import Cohort, Programme, SignOff
from applications.models.documents import Document
from applications.models.exports import Export
from applications.models.history import LateAccess, Submission
from applications.models.importing import ColumnMapping, ImportFile
from applications.models.institutions import Institution, InstitutionAlias
from applications.models.locks import InputLock
from applications.models.reviewing import DuplicateCase, ReviewClaim
from applications.models.rules import EligibilityRules, Status
from applications.models.texts import Acceptance, LegalText

__all__ = [
    "Acceptance",
    "AccessRequest",
    "Application",
    "Cohort",
    "ColumnMapping",
    "Consent",
    "Discipline",
    "Document",
    "DuplicateCase",
    "EligibilityRules",
    "Export",
    "ImportFile",
    "InputLock",
    "Institution",
    "InstitutionAlias",
    "LateAccess",
    "LegalText",
    "Level",
    "PriorLearning",
    "Programme",
    "ReviewClaim",
    "SignOff",
    "Source",
    "Stage",
    "Status",
    "Submission",
    "Track",
]
