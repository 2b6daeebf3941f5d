"""Input that no form field can hold."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

NUL = "\x00"


class HostileInputMiddleware:
    """Refuse a NUL character in an address: PostgreSQL cannot compare it with anything.

    In form fields Django's own validators refuse it with a message beside the field.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NUL in request.path or any(
            NUL in value for values in request.GET.lists() for value in values[1]
        ):
            raise BadRequest("NUL in the address")
        return self.get_response(request)
