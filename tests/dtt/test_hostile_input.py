"""What no form has looked at: characters that the database cannot compare with anything."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from dtt.play.people import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("query", ["a=%00", "%00=a", "a%00b=c"])
def test_a_nul_in_an_address_is_a_bad_request(client: Client, query: str) -> None:
    assert client.get(f"/?{query}").status_code == 400


@pytest.mark.parametrize("name", ["admin:applications_review_next", "admin:matching_matchrun_new"])
def test_a_nul_that_reaches_the_database_is_a_bad_request(client: Client, name: str) -> None:
    client.force_login(make_user("manager@staff.dtt.example", Role.PROGRAMME_MANAGER))

    assert client.post(reverse(name), {"cohort": "\x00"}).status_code == 400
