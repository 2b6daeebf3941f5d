"""What would move the line of a list: asked for by a button, worked out by a worker, kept."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.languages import Language
from accounts.models import User
from accounts.staff import RoleAdmin
from applications.models import Application
from selection.domain.foreseeing import FORESEE, ask_foresight
from selection.models import Selection
from selection.rules import manages_selections
from selection.web.staff_pages import how_far

PAGE = "admin:selection_selection_sensitivity"


class ForesightPages(RoleAdmin):
    """The page of what was worked out last, and the button to have it worked out."""

    def foresight_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/sensitivity/",
                view(self.sensitivity_view),
                name="selection_selection_sensitivity",
            ),
            path(
                "<int:pk>/foresee/",
                view(require_POST(self.foresee_view)),
                name="selection_selection_foresee",
            ),
        ]

    def sensitivity_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Who would cross the line if something were otherwise."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        selection = get_object_or_404(Selection.objects.defer("inputs"), pk=pk)
        work = how_far(selection, FORESEE)
        ended = work.get("ended")
        context = {
            **self.admin_site.each_context(request),
            **work,
            "selection": selection,
            "groups": _groups(ended.result) if ended and not ended.error else None,
            "may_manage": manages_selections(request.user),
            "opts": self.opts,
            "title": _("What would move the line"),
        }
        return TemplateResponse(request, "admin/selection/sensitivity.html", context)

    def foresee_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have it worked out."""
        if not manages_selections(request.user):
            raise PermissionDenied
        selection = get_object_or_404(Selection.objects.defer("inputs"), pk=pk)
        if selection.result_digest:
            ask_foresight(selection_id=pk, by=cast(User, request.user), now=timezone.now())
        else:
            messages.error(request, _("The list has not been ranked yet."))
        return redirect(PAGE, pk)


def _groups(result: dict[str, Any]) -> list[tuple[str, list[tuple[str, Any, Any]]]]:
    """What was worked out, with the people; one query."""
    impacts = [one for group in result["groups"] for one in group["impacts"]]
    people = Application.objects.in_bulk({pk for one in impacts for pk in one["into"] + one["out"]})
    return [
        (
            _said(group["title"]),
            [
                (
                    _said(one["title"]),
                    [people[pk] for pk in one["into"]],
                    [people[pk] for pk in one["out"]],
                )
                for one in group["impacts"]
            ],
        )
        for group in result["groups"]
    ]


def _said(title: dict[str, str]) -> str:
    return title.get(get_language() or "", title[Language.ENGLISH])
