"""Who may see which application. The only way from an address to a row."""

import uuid

import rules
from django.db.models import QuerySet
from django.http import Http404

from accounts.models import User
from accounts.roles import INSPECTORS, Role, has_role
from applications.models import Application, Document
from applications.queries import applications_of

reviews_applications = has_role(Role.PROGRAMME_MANAGER, Role.REVIEWER)
manages_cohorts = has_role(Role.PROGRAMME_MANAGER)
reads_cohorts = has_role(Role.PROGRAMME_MANAGER, Role.REVIEWER, *INSPECTORS)
writes_texts = has_role(Role.PROGRAMME_MANAGER, Role.DATA_PROTECTION_OFFICER)
reads_documents = has_role(Role.PROGRAMME_MANAGER)
reads_everything = has_role(Role.PROGRAMME_MANAGER, *INSPECTORS)
exports_many = has_role(Role.PROGRAMME_MANAGER)
arranges_access = has_role(Role.ACCOMMODATION_OFFICER)

rules.add_perm("applications.review", reviews_applications)
rules.add_perm("applications.manage_cohort", manages_cohorts)
rules.add_perm("applications.export", exports_many)


def applications_for(user: User) -> QuerySet[Application]:
    """The applications whose pages this person may open as an applicant: their own."""
    if not user.is_authenticated:
        return Application.objects.none()
    return applications_of(user.pk)


def get_application_for(user: User, reference: str) -> Application:
    """This person's own application.

    Raises:
        Http404: there is none, or it is somebody else's; the two cannot be told apart.
    """
    application = applications_for(user).filter(reference=reference).first()
    if application is None:
        raise Http404
    return application


def document_for(user: User, document: uuid.UUID) -> Document:
    """A file that this person may read: their own, or any for whoever runs the programme.

    Companies have a way of their own, by consent (`matching.web.portal`).

    Raises:
        Http404: there is none, or it is somebody else's; the two cannot be told apart.
    """
    files = Document.objects.select_related("application__user", "application__cohort")
    if not reads_documents(user):
        files = files.filter(application__in=applications_for(user).order_by())
    found = files.filter(uuid=document).first()
    if found is None:
        raise Http404
    return found
