"""How allauth talks in this house."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils import translation

from accounts.languages import Language
from accounts.models import User, normalise_email


class AccountAdapter(DefaultAccountAdapter):
    """One spelling of an address, and the language of the page that was signed up on."""

    def clean_email(self, email: str) -> str:
        return normalise_email(super().clean_email(email))

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        language = translation.get_language()
        user.language = language if language in Language.values else Language.ENGLISH
        return super().save_user(request, user, form, commit)
