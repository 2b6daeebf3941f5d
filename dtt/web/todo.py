"""What a person has to do now. Each app that asks something of applicants adds its rule here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from applications.models import Application, Stage


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do: the words of its button, where it is done, and by when."""

    label: str
    url: str
    by: datetime | None = None


NEVER = datetime.max.replace(tzinfo=UTC)
Rule = Callable[[Application, datetime], Todo | None]


def finish_the_application(application: Application, now: datetime) -> Todo | None:
    """A draft can be finished until applications close."""
    close = application.cohort.applications_close_at
    if application.stage != Stage.DRAFT or now >= close:
        return None
    return Todo(_("Continue your application"), application.get_absolute_url(), close)


RULES: tuple[Rule, ...] = (finish_the_application,)


def todos_for(application: Application, now: datetime) -> list[Todo]:
    """Everything this application waits for its applicant to do, the most urgent first."""
    todos = [todo for rule in RULES if (todo := rule(application, now))]
    return sorted(todos, key=lambda todo: todo.by or NEVER)
