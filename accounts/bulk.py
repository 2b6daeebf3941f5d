"""Insert thousands of rows in one statement."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection, models
from django.db.models import NOT_PROVIDED


def insert_rows(
    model: type[models.Model],
    rows: Iterable[dict[str, Any]],
    *,
    ignore_conflicts: bool | tuple[str, ...] = False,
    with_ids: bool = False,
) -> None:
    """Insert what `bulk_create` would, in a fraction of its time: the rows travel as one JSON text.

    No `save` and no signal runs, and no field prepares its value: each is what JSON can carry or
    what PostgreSQL reads from its text (dates, times, UUIDs).

    Args:
        rows: by attribute (`cohort_id`, not `cohort`); what is left out has the field's default.
        ignore_conflicts: leave out rows that exist, by any unique key or by the one over these
            columns.
        with_ids: the rows carry ids, from `new_ids`.
    """
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.generated and (with_ids or not field.primary_key)
    ]
    fixed = {field.attname: field.get_default() for field in fields if not _computed(field)}
    made = [field for field in fields if _computed(field)]
    columns = {field.attname: field.column for field in fields}
    table, names = model._meta.db_table, ", ".join(f'"{column}"' for column in columns.values())
    values = []
    for row in rows:
        whole = fixed | {f.attname: f.get_default() for f in made if f.attname not in row} | row
        values.append({columns[name]: value for name, value in whole.items()})
    if not values:
        return
    statement = (
        f'INSERT INTO "{table}" ({names}) '  # noqa: S608 (names of our own tables)
        f'SELECT {names} FROM jsonb_populate_recordset(NULL::"{table}", %s)'
    )
    if ignore_conflicts is True:
        statement += " ON CONFLICT DO NOTHING"
    elif ignore_conflicts:
        key = ", ".join(f'"{column}"' for column in ignore_conflicts)
        statement += f" ON CONFLICT ({key}) DO NOTHING"
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(values, default=str, ensure_ascii=False)])


def new_ids(model: type[models.Model], count: int) -> list[int]:
    """Draw ids for rows that are about to be inserted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [f'"{model._meta.db_table}"', model._meta.pk.column, count],
        )
        return [number for (number,) in cursor.fetchall()]


def _computed(field: models.Field[Any, Any]) -> bool:
    """Whether each row has a default of its own."""
    return field.default is not NOT_PROVIDED and callable(field.default)


def row_of(instance: models.Model) -> dict[str, Any]:
    """An unsaved instance with an id as a row for `insert_rows`."""
    return {
        field.attname: getattr(instance, field.attname)
        for field in instance._meta.concrete_fields
        if not field.generated
    }
