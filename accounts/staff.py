"""The staff site's base class: reading by role, writing by verbs.

A change form may write only what is plain data (a room's name, a company's address). Everything
that has a verb is read-only there and has a button that calls the verb.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from accounts.domain import audit
from accounts.models import User
from accounts.roles import Role, has_role
from accounts.web.trail import trail_of

LONGEST = 500  # characters of a value in the trail


class PreparedList(ChangeList):
    """A page of a list whose rows are told at once what they say besides their own fields."""

    model_admin: Any
    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        self.model_admin.prepare(self.result_list)


class RoleAdmin(ModelAdmin):
    """Whoever holds one of `readers` may look; one of `writers` may also add and change.

    Where the auditor reads, the data protection officer does too: both answer for what is kept.
    Nobody deletes: what is no longer wanted is closed, and its history stays.
    """

    readers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER, Role.AUDITOR)
    writers: ClassVar[tuple[Role, ...]] = ()
    list_fullwidth = True
    list_per_page = 50
    view_on_site = False  # a page over there is mostly another person's own

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        readers = {*self.readers, *self.writers}
        if Role.AUDITOR in readers:
            readers.add(Role.DATA_PROTECTION_OFFICER)
        return bool(has_role(*readers)(request.user))

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return bool(self.writers) and bool(has_role(*self.writers)(request.user))

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What was done with a row stands in the audit trail, and nowhere else."""
        return redirect(trail_of(self.model, object_id))

    def get_changelist(self, request: HttpRequest, **given: Any) -> type[ChangeList]:
        return PreparedList

    def prepare(self, rows: list[Any]) -> None:
        """Tell the rows of one page what they say besides their fields, without a query for each;
        nothing unless a subclass does."""

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the page of one row shows besides its fields; nothing unless a subclass says."""
        return {}

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        if (row := options.get("obj")) is not None:
            context |= self.beside(request, row)
        return super().render_change_form(request, context, *args, **options)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write plain data and, in the same transaction, who wrote it."""
        super().save_model(request, obj, form, change)
        if form.changed_data:
            fields = sorted(form.changed_data)
            audit.record(
                obj,
                "change-record" if change else "add-record",
                by=cast(User, request.user),
                now=timezone.now(),
                before=_said(obj, fields, form.initial) if change else None,
                after={"fields": fields} | _said(obj, fields, form.cleaned_data),
            )


def _said(obj: Any, fields: list[str], values: Mapping[str, Any]) -> dict[str, str]:
    """What was typed, for the trail; of what is personal the trail has the name alone."""
    plain = [
        name
        for name in fields
        if not getattr(obj._meta.get_field(name), "personal", False) and name in values
    ]
    return {name: _spell(values[name]) for name in plain}


def _spell(value: Any) -> str:
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, list | tuple | set | models.QuerySet):
        return ", ".join(map(_spell, value))[:LONGEST]
    return "" if value is None else str(value)[:LONGEST]
