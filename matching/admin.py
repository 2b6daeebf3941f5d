"""Staff pages of companies, opportunities, matches and offers. Individual rankings have none."""

from collections.abc import Callable
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet, URLField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.decorators import display

from accounts.errors import Refused
from accounts.models import User
from accounts.roles import Role
from accounts.staff import RoleAdmin
from matching.domain.companies import add_company, add_recruiter, remove_recruiter
from matching.domain.opportunities import (
    approve_opportunity,
    close_opportunity,
    edit_opportunity,
    post_opportunity,
    take_back_opportunity,
)
from matching.models import (
    Company,
    MatchRun,
    MinimumWage,
    Offer,
    Opportunity,
    PublicHoliday,
    Recruiter,
)
from matching.rules import manages_matching
from matching.web import staff
from matching.web.staff_forms import OpportunityForm, RecruiterForm

MANAGER: tuple[Role, ...] = (Role.PROGRAMME_MANAGER,)


class VerbAdmin(RoleAdmin):
    """Buttons that post to verbs: a dictionary of name → (verb, name of its id, what to say)."""

    verbs: ClassVar[dict[str, tuple[Callable[..., Any], str, Any]]] = {}
    change_form_outer_before_template = "matching/staff/verbs.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.do_view))
        name = f"matching_{self.opts.model_name}_do"
        return [path("<int:pk>/do/<slug:verb>/", view, name=name), *super().get_urls()]

    def do_view(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """Call the verb of a button and tell its outcome."""
        if not manages_matching(request.user) or verb not in self.verbs:
            raise PermissionDenied
        if self.get_object(request, str(pk)) is None:
            return redirect(f"admin:matching_{self.opts.model_name}_changelist")
        act, argument, success = self.verbs[verb]
        try:
            act(**{argument: pk}, by=request.user, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, str(success))
        return redirect(f"admin:matching_{self.opts.model_name}_change", pk)

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        buttons = self.buttons(row) if manages_matching(request.user) else {}
        shown = [
            {
                "url": reverse(f"admin:matching_{self.opts.model_name}_do", args=[row.pk, verb]),
                "label": label,
            }
            for verb, label in buttons.items()
        ]
        return {"buttons": shown}

    def buttons(self, found: Any) -> dict[str, str]:
        """Verb → label of the buttons that make sense now; none unless a subclass has some."""
        return {}


@admin.register(Company)
class CompanyAdmin(RoleAdmin):
    writers = MANAGER
    list_display = ("name_en", "name_zh", "slug", "sector", "is_active")
    list_filter = ("sector", "is_active")
    search_fields = ("name_en", "name_zh", "slug")
    prepopulated_fields: ClassVar[dict[str, tuple[str, ...]]] = {"slug": ("name_en",)}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Company, form: forms.ModelForm, change: bool
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            fields = form.cleaned_data
            obj.pk = add_company(**fields, by=cast(User, request.user), now=timezone.now()).pk
            obj.refresh_from_db()


@admin.register(Recruiter)
class RecruiterAdmin(VerbAdmin):
    """Added by address and company; removed by a button. There is no other change to make."""

    writers = MANAGER
    form = RecruiterForm
    list_display = ("user", "company", "added_at", "undertaking_accepted_at", "removed_at")
    list_filter = ("company",)
    search_fields = ("user__email", "company__name_en", "company__name_zh")
    list_select_related = ("user", "company")
    verbs: ClassVar = {
        "remove": (
            remove_recruiter,
            "recruiter_id",
            gettext_lazy("Removed. The person’s access has ended."),
        )
    }

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Recruiter | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("company", "email", "name", "language")
        return (
            "company",
            "user",
            "added_at",
            "undertaking_version",
            "undertaking_accepted_at",
            "removed_at",
        )

    def buttons(self, found: Recruiter) -> dict[str, str]:
        return {} if found.removed_at else {"remove": _("Remove this recruiter")}

    def save_model(
        self, request: HttpRequest, obj: Recruiter, form: forms.ModelForm, change: bool
    ) -> None:
        fields = form.cleaned_data
        obj.pk = add_recruiter(
            company_id=fields["company"].pk,
            email=fields["email"],
            name=fields["name"],
            language=fields["language"],
            by=cast(User, request.user),
            now=timezone.now(),
        ).pk
        obj.refresh_from_db()


@admin.register(Opportunity)
class OpportunityAdmin(VerbAdmin):
    """A draft can be edited; what is approved has buttons instead."""

    writers = MANAGER
    form = OpportunityForm
    list_display = (
        "title_en",
        "company",
        "cohort",
        "kind",
        "vacancies",
        "says_pay",
        "says_state",
        "written_by",
        "approved_by",
    )
    list_filter = ("state", "cohort", "kind", "company")
    search_fields = ("title_en", "title_zh", "reference", "company__name_en", "company__name_zh")
    list_select_related = ("company", "cohort", "written_by", "approved_by")
    fieldsets = (
        (None, {"fields": (("cohort", "company"), ("kind", "track"), "vacancies")}),
        (
            gettext_lazy("Texts"),
            {
                "fields": (
                    ("title_en", "title_zh"),
                    ("description_en", "description_zh"),
                    ("purpose_en", "purpose_zh"),
                    ("conditions_en", "conditions_zh"),
                )
            },
        ),
        (
            gettext_lazy("Work and pay"),
            {
                "fields": (
                    ("place_en", "place_zh"),
                    ("starts_on", "ends_on"),
                    ("hours_per_week", "pay_basis"),
                    ("pay_cents", "currency"),
                    "wage_exemption",
                )
            },
        ),
        (
            gettext_lazy("Approval"),
            {
                "fields": (
                    ("reference", "state"),
                    ("written_at", "written_by"),
                    ("approved_at", "approved_by"),
                )
            },
        ),
    )
    always_readonly = (
        "reference",
        "state",
        "written_at",
        "written_by",
        "approved_at",
        "approved_by",
    )
    verbs: ClassVar = {
        "approve": (approve_opportunity, "opportunity_id", gettext_lazy("Approved.")),
        "take-back": (take_back_opportunity, "opportunity_id", gettext_lazy("A draft again.")),
        "close": (close_opportunity, "opportunity_id", gettext_lazy("Closed.")),
    }

    @display(description=gettext_lazy("pay"))
    def says_pay(self, opportunity: Opportunity) -> str:
        return opportunity.pay

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={"draft": "warning", "approved": "success"},
    )
    def says_state(self, opportunity: Opportunity) -> tuple[str, str]:
        return opportunity.state, opportunity.get_state_display()

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        draft = not isinstance(obj, Opportunity) or obj.state == Opportunity.State.DRAFT
        return draft and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.always_readonly

    def buttons(self, found: Opportunity) -> dict[str, str]:
        if found.state == Opportunity.State.DRAFT:
            return {"approve": _("Approve")}
        if found.state == Opportunity.State.APPROVED:
            return {"take-back": _("Take back to a draft"), "close": _("Close for good")}
        return {}

    def save_model(
        self, request: HttpRequest, obj: Opportunity, form: forms.ModelForm, change: bool
    ) -> None:
        fields = dict(form.cleaned_data)
        now = timezone.now()
        try:
            if change:
                edit_opportunity(
                    opportunity_id=obj.pk, by=cast(User, request.user), now=now, **fields
                )
            else:
                cohort, company = fields.pop("cohort"), fields.pop("company")
                obj.pk = post_opportunity(
                    cohort_id=cohort.pk,
                    company_id=company.pk,
                    by=cast(User, request.user),
                    now=now,
                    **fields,
                ).pk
        except Refused as refusal:
            messages.error(request, str(refusal))
        obj.refresh_from_db()


@admin.register(MatchRun)
class MatchRunAdmin(RoleAdmin):
    """Runs of the match. Opening one shows counts and results, never anybody's ranking."""

    list_display = ("cohort", "number", "state", "created_at", "created_by", "published_at")
    list_display_links = ("cohort", "number")
    list_filter = ("state", "cohort")
    list_select_related = ("cohort", "created_by")
    search_fields = ("cohort__slug", "cohort__name_en", "result_digest")
    list_before_template = "matching/staff/new_run.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[MatchRun]:
        return super().get_queryset(request).defer("inputs")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("new/", view(require_POST(staff.run_view)), name="matching_matchrun_new"),
            path(
                "<int:pk>/do/<slug:verb>/",
                view(require_POST(staff.act_view)),
                name="matching_matchrun_do",
            ),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"cohorts": staff.cohorts_to_match(timezone.now())}
        return super().changelist_view(request, (extra_context or {}) | context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of one run."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return staff.run_page(request, object_id, self)


@admin.register(Offer)
class OfferAdmin(RoleAdmin):
    """To read and to find: offers belong to the companies and the people."""

    list_display = (
        "reference",
        "application",
        "opportunity",
        "says_state",
        "sent_at",
        "expires_at",
        "answered_at",
    )
    list_filter = ("state", "application__cohort", "opportunity__company")
    search_fields = ("reference", "application__reference", "application__surname_en")
    list_select_related = ("application", "opportunity__company")
    exclude = ("pair",)

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={"sent": "info", "accepted": "success", "expired": "warning"},
    )
    def says_state(self, offer: Offer) -> tuple[str, str]:
        return offer.state, offer.get_state_display()


@admin.register(MinimumWage)
class MinimumWageAdmin(RoleAdmin):
    writers = MANAGER
    list_display = ("from_on", "hourly_cents")


@admin.register(PublicHoliday)
class PublicHolidayAdmin(RoleAdmin):
    writers = MANAGER
    list_display = ("on", "name_en", "name_zh")
    search_fields = ("name_en", "name_zh")
