"""The demo's mailbox. Outside the demo this page does not exist."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from dtt.demo.mailbox import newest_mail


def mailbox(request: HttpRequest) -> HttpResponse:
    """The newest mails, of everybody or to one address."""
    if not settings.DEMO:
        raise Http404
    to = request.GET.get("to", "").strip()
    mails = newest_mail(settings.EMAIL_FILE_PATH, to=to)
    return render(request, "demo/mailbox.html", {"mails": mails, "to": to})
