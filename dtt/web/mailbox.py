"""The demo's mailbox. Outside the demo this page does not exist."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from dtt.demo.codes import codes, seconds_left
from dtt.demo.mailbox import newest_mail


def mailbox(request: HttpRequest) -> HttpResponse:
    """The newest mails, of everybody or to one address, and the code of those who need one."""
    if not settings.DEMO:
        raise Http404
    to = request.GET.get("to", "").strip()
    mails = newest_mail(settings.EMAIL_FILE_PATH, to=to)
    now = timezone.now()
    return render(
        request,
        "demo/mailbox.html",
        {
            "mails": mails,
            "to": to,
            "codes": codes(now),
            "seconds_left": seconds_left(now),
        },
    )
