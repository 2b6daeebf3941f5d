"""What the pages of one's own application share."""

from typing import Any

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from accounts.domain.people import choose_language
from accounts.languages import Language
from accounts.models import User
from accounts.web.viewing import is_viewed
from applications.domain.applying import may_change
from applications.domain.lateness import closes_for
from applications.lifecycle import MOVES, Move
from applications.models import Application
from applications.rules import get_application_for

UNPROCESSABLE, CONFLICT = 422, 409
SAY_IN = "say_in"  # the name of the buttons that show a half-filled form in another language
LONGEST_NUMBER = 9  # digits


@method_decorator(never_cache, name="dispatch")
class ApplicationView(LoginRequiredMixin, View):
    """A page of one's own application.

    Where it names a form, that may be posted half-filled by a button of the language switch, and
    `typed` shows it back.
    """

    template = ""
    keeps_form = ""  # the id of the form that the language switch belongs to
    person: User
    application: Application
    is_private = True

    def dispatch(
        self, request: HttpRequest, *args: Any, reference: str, **kwargs: Any
    ) -> HttpResponseBase:
        self.now = timezone.now()
        # A member of staff who looks at pages as this person does not see what is kept apart.
        self.is_private = not is_viewed(request)
        if isinstance(request.user, User):
            self.person = request.user
            self.application = get_application_for(request.user, reference)
            if request.method == "POST" and self.keeps_form:
                language = request.POST.get(SAY_IN, "")
                if language in Language.values:
                    return self._in_language(request, language)
        return super().dispatch(request, *args, **kwargs)

    def _in_language(self, request: HttpRequest, language: str) -> HttpResponse:
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()
        choose_language(user=self.person, language=language)
        answer = self.typed(request)
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            samesite="Lax",
            secure=request.is_secure(),
        )
        return answer

    def typed(self, request: HttpRequest) -> HttpResponse:
        """The page in the language that has just been chosen, with what was typed on it."""
        raise NotImplementedError

    def show(self, *, status: int = 200, **context: Any) -> HttpResponse:
        common = {
            "application": self.application,
            "now": self.now,
            "may_change": may_change(self.application, self.now),
            "closes_at": closes_for(self.application),
            "is_private": self.is_private,
            "keeps_form": self.keeps_form,
        }
        return render(self.request, self.template, common | context, status=status)


def may_withdraw(application: Application) -> bool:
    """Whether the application is in a stage that one can withdraw from."""
    return application.stage in MOVES[Move.WITHDRAW][0]


def read_number(request: HttpRequest, name: str) -> int:
    """A number that the page was made with; 0, which nothing has, if it says none."""
    written = request.POST.get(name, "")
    return int(written) if is_number(written) else 0


def read_numbers(request: HttpRequest, name: str) -> list[int]:
    """Numbers that the page was made with, parted by commas."""
    parts = request.POST.get(name, "").split(",")
    return [int(part) for part in parts if is_number(part)]


def is_number(written: str) -> bool:
    """Whether this is a whole number of a size that can be one of ours."""
    return written.isascii() and written.isdecimal() and len(written) <= LONGEST_NUMBER
