"""What machines ask: is the program well, is this process alive, what are the numbers."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST

from dtt import health, metrics

UNAVAILABLE = 503


def whole(request: HttpRequest) -> HttpResponse:
    """The whole program: 200 if every part is well, 503 if one is not."""
    report = health.report()
    return _fresh(JsonResponse(report.as_json(), status=200 if report.ok else UNAVAILABLE))


def live(request: HttpRequest) -> HttpResponse:
    """This process: 200 if it answers and reads its database. A container is judged by this one."""
    well = health.database_answers()
    return _fresh(JsonResponse({"database": well}, status=200 if well else UNAVAILABLE))


def numbers(request: HttpRequest) -> HttpResponse:
    """Prometheus' page, for who has the token; without a token set, for this machine alone."""
    if not _may_read_numbers(request):
        return HttpResponse(status=404)
    return _fresh(HttpResponse(metrics.exposition(), content_type=CONTENT_TYPE_LATEST))


PAGES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/health": whole,
    "/health/live": live,
    "/metrics": numbers,
}


def _may_read_numbers(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        told = request.headers.get("Authorization", "")
        return constant_time_compare(told, f"Bearer {settings.METRICS_TOKEN}")
    if "X-Forwarded-For" in request.headers:  # a proxy on this machine speaks for others
        return False
    peer = request.META.get("REMOTE_ADDR", "")
    try:
        return ip_address(peer).is_loopback
    except ValueError:  # a Unix socket: whoever may open it
        return peer == ""


def _fresh(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
