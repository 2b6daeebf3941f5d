"""What is answered before anything else looks at the request."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from dtt.web.views import health

NUL = "\x00"
DRIVERS_WORD = "NUL (0x00)"


class HealthMiddleware:
    """Answer `/health` whatever host name the probe used: it asks by the container's address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return health(request) if request.path == "/health" else self.get_response(request)


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
