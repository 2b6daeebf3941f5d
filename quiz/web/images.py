"""The one way to an image of an item."""

from collections.abc import Iterable
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.models import User
from applications.domain.storing import StoreAway
from quiz.domain.images import open_image
from quiz.rules import image_for

UNAVAILABLE = 503
AN_HOUR = 60 * 60
AS_STORED = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@cache_control(private=True, max_age=AN_HOUR)
@login_required
@require_safe
def image(request: HttpRequest, reference: str) -> HttpResponseBase:
    """An image, for staff who read the bank and for whoever sits a paper that shows it."""
    found = image_for(cast(User, request.user), reference, now=timezone.now())
    try:
        file = open_image(found)
    except FileNotFoundError as error:
        raise Http404 from error
    except StoreAway as refusal:
        return HttpResponse(str(refusal), status=UNAVAILABLE, content_type="text/plain")
    return FileResponse(
        cast(Iterable[bytes], file), content_type=found.content_type, headers=AS_STORED
    )
