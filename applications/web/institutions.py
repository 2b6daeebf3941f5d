"""The institutions that a text finds, for the search field above the applicant's list."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from applications.domain.institutions import directory
from applications.models import Institution

SHOWN = 8
LONGEST = 150


@require_safe
@login_required
@cache_control(private=True, max_age=300)
def search(request: HttpRequest) -> JsonResponse:
    """The entries that can be chosen, one of whose names contains the text `q`, best first."""
    text = request.GET.get("q", "")[:LONGEST]
    codes = directory().search(text)
    listed = {row.code: row for row in Institution.objects.listed().filter(code__in=codes)}
    found = [listed[code] for code in codes if code in listed]
    return JsonResponse(
        {
            "found": [{"value": row.pk, "name": str(row)} for row in found[:SHOWN]],
            "count": len(found),
        }
    )
