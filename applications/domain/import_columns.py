"""What the columns of a layout hold: remembered from the last time, or said by a person."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.intake.columns import Column, Field
from applications.intake.layouts import as_chosen, as_remembered, layout_of, names_of
from applications.models import ColumnMapping


class UnableToChoose(Refused):
    """A column cannot be taken for what was said; the message says why."""


def columns_of(headings: Sequence[str], chosen: Mapping[str, str]) -> dict[int, Field | None]:
    """What is known about columns apart from their wording, by index.

    Args:
        chosen: from heading, however written, to field, "" for none; it goes before what is
            remembered.

    Raises:
        UnableToChoose: there is no such column, or no such field.
    """
    said = {names_of([heading])[0]: field for heading, field in chosen.items()}
    return as_chosen(headings, remembered_columns(headings) | _checked(said, headings))


def remembered_columns(headings: Sequence[str]) -> dict[str, str]:
    """What columns with these headings were taken for the last time; nothing if there was none."""
    known = ColumnMapping.objects.filter(layout=layout_of(headings)).first()
    return dict(known.columns) if known else {}


def remember_columns(columns: Sequence[Column], *, by: User | None, now: datetime) -> ColumnMapping:
    """Take these columns for the same the next time; remembering them twice changes nothing."""
    held = as_remembered(columns)
    with transaction.atomic():
        layout = layout_of([column.header for column in columns])
        known = ColumnMapping.objects.select_for_update().filter(layout=layout).first()
        if known and known.columns == held:
            return known
        before = known.columns if known else {}
        mapping, _created = ColumnMapping.objects.update_or_create(
            layout=layout, defaults={"columns": held, "chosen_by": by, "chosen_at": now}
        )
        audit.record(mapping, "choose-columns", by=by, now=now, before=before, after=held)
        return mapping


def _checked(said: dict[str, str], headings: Sequence[str]) -> dict[str, str]:
    names = names_of(headings)
    for name, field in said.items():
        if name not in names:
            raise UnableToChoose(
                _("There is no column “%(column)s” in the file.") % {"column": name}
            )
        if field and field not in set(Field):
            raise UnableToChoose(
                _("“%(field)s” is not something a column can hold. It can hold: %(fields)s.")
                % {"field": field, "fields": ", ".join(Field)}
            )
    return said
