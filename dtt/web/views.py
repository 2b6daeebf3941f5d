"""The front door."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from accounts.domain.people import choose_language


def landing(request: HttpRequest) -> HttpResponse:
    return render(request, "landing.html")


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language and stay on the page; a signed-in person is written to in it too."""
    if request.user.is_authenticated:
        choose_language(user=request.user, language=request.POST.get("language", ""))
    return set_language(request)


def health(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"database": True})
