"""What went wrong, in the person's language, with a way back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def too_many(request: HttpRequest) -> HttpResponse:
    """Too many tries of one kind. allauth calls this; a limit lasts a quarter of an hour."""
    answer = render(request, "errors/429.html", status=429)
    answer["Retry-After"] = "900"
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """Say so without asking anything that may be what broke: no database, no context processor."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/csrf.html", status=403)
