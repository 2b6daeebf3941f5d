"""What is answered before anything else looks at the request, and the name it is traced by."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from dtt import metrics, trace
from dtt.web import watching

NUL = "\x00"
DRIVERS_WORD = "NUL (0x00)"
FACTS = ("method", "view", "status", "milliseconds")


logger = logging.getLogger("dtt.requests")


class TraceMiddleware:
    """Name the request, say the name in the answer, and write one line about it.

    The line and the metrics have the name of the view, never the address: an address may be a
    secret, or have somebody's reference in it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        settings.METRICS_DIR.mkdir(parents=True, exist_ok=True)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = trace.named(request.headers.get(trace.HEADER))
        with trace.doing(name):
            begun = time.perf_counter()
            response = self.get_response(request)
            response[trace.HEADER] = name
            if request.path not in watching.PAGES:
                _tell(request, response.status_code, time.perf_counter() - begun)
        return response


def _tell(request: HttpRequest, status: int, seconds: float) -> None:
    match = request.resolver_match
    view = (match and match.view_name) or "none"
    method = request.method or ""
    metrics.observe_request(view=view, method=method, status=status, seconds=seconds)
    facts = {
        "view": view,
        "method": method,
        "status": status,
        "milliseconds": round(seconds * 1000),
    }
    logger.info("%s %s %d in %d ms", *(facts[key] for key in FACTS), extra={"facts": facts})


class HealthMiddleware:
    """Answer what watches over the program, whatever host name it used: it asks by address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        page = watching.PAGES.get(request.path)
        return page(request) if page else self.get_response(request)


class HostileInputMiddleware:
    """Refuse a NUL character in an address or a cookie: PostgreSQL compares it with nothing.

    In form fields Django's own validators refuse it with a message beside the field; in one that
    no form has looked at, the database driver does.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = [request.path, *request.COOKIES.values()]
        for name, values in request.GET.lists():
            told += [name, *values]
        if any(NUL in text for text in told):
            raise BadRequest("NUL in the request")
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if isinstance(exception, ValueError) and DRIVERS_WORD in str(exception):
            raise BadRequest("NUL in the request") from exception
