"""Staff pages of the audit trail: who did what, when, to what, from where."""

from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from typing import Any, cast

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, TextFilter
from unfold.contrib.filters.forms import RangeDateForm
from unfold.decorators import display

from accounts import confidential, wording
from accounts.models import AuditEvent, User
from accounts.staff import RoleAdmin
from accounts.web import trail


class VerbFilter(DropdownFilter):
    title = _("what")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return wording.verbs()

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(verb=self.value()) if self.value() else queryset


class ObjectFilter(DropdownFilter):
    title = _("kind of object")
    parameter_name = "object_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = [model._meta.label_lower for model in apps.get_models() if model._meta.managed]
        named = [(kind, trail.name_of(kind)) for kind in kinds]
        return sorted(named, key=lambda one: one[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(object_type=self.value()) if self.value() else queryset


class PersonFilter(TextFilter):
    title = _("person who did it (e-mail address)")
    parameter_name = "person"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not self.value():
            return queryset
        return queryset.filter(actor__in=User.objects.filter(email__icontains=self.value()))


class DaysFilter(admin.ListFilter):
    """From one day to another, both included, as they are in Hong Kong."""

    title = _("day")
    template = "unfold/filters/filters_date_range.html"
    names = ("at_from", "at_to")

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.request = request
        for name in self.names:
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1]

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.names)

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        form = RangeDateForm(name="at", data=self.used_parameters)
        yield {"request": self.request, "parameter_name": "at", "form": form}

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        first, last = (_day(str(self.used_parameters.get(name, ""))) for name in self.names)
        if first:
            queryset = queryset.filter(at__gte=_midnight(first))
        if last:
            queryset = queryset.filter(at__lt=_midnight(last + timedelta(days=1)))
        return queryset


@admin.register(AuditEvent)
class AuditEventAdmin(RoleAdmin):
    list_display = (
        "says_when",
        "says_who",
        "says_verb",
        "links_to",
        "says_changes_in_short",
        "reason",
        "ip",
    )
    list_filter = (VerbFilter, ObjectFilter, PersonFilter, DaysFilter)
    list_filter_submit = True
    search_fields = ("object_id__exact", "reason")
    search_help_text = _("The id of an object, or words of a reason")
    list_select_related = ("actor",)
    list_per_page = 50
    fields = (
        "says_when",
        "says_who",
        "says_verb",
        "links_to",
        "says_changes",
        "reason",
        "ip",
        "says_digest",
        "says_link",
    )
    readonly_fields = fields
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        hidden = confidential.hidden_events(cast(User, request.user))
        return super().get_queryset(request).exclude(object_type__in=hidden)

    @display(description=_("when (HKT)"), ordering="id")
    def says_when(self, event: AuditEvent) -> str:
        return trail.say_when(event)

    @display(description=_("who"))
    def says_who(self, event: AuditEvent) -> str:
        return event.actor.email if event.actor else gettext("the system")

    @display(description=_("what"), ordering="verb")
    def says_verb(self, event: AuditEvent) -> str:
        return wording.say_verb(event.verb)

    @display(description=_("object"))
    def links_to(self, event: AuditEvent) -> str:
        return trail.link_to_object(event)

    @display(description=_("before → after"))
    def says_changes(self, event: AuditEvent) -> str:
        return trail.say_changes(event) or "–"

    @display(description=_("before → after"))
    def says_changes_in_short(self, event: AuditEvent) -> str:
        return trail.say_changes(event, in_short=True) or "–"

    @display(description=_("digest"))
    def says_digest(self, event: AuditEvent) -> str:
        return format_html('<code class="digest">{}</code>', event.digest)

    @display(description=_("link of the chain"))
    def says_link(self, event: AuditEvent) -> str:
        seal = getattr(event, "seal", None)
        if seal is None:
            return gettext("not sealed yet; that takes some seconds")
        return format_html('<code class="digest">{}:{}</code>', seal.position, seal.digest)


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:  # looks like a day and is none: 2027-02-30
        return None
    # At the ends of the calendar there is no day before or after.
    return day if day and MINYEAR < day.year < MAXYEAR else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
