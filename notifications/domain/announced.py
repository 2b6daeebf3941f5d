"""An announcement that is written: what it is, and its words for each of its people."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.domain.approvals import digest_of
from accounts.errors import Refused
from accounts.models import User
from notifications import audiences, kinds
from notifications.audiences import Audience
from notifications.domain.outbox import Telling
from notifications.domain.writing import FIELDS, UnableToWrite, parse_texts
from notifications.kinds import Class
from notifications.models import Announcement
from notifications.previews import Sample
from notifications.texts import MissingVariable, Shelf, Version

KINDS = {Class.NOTICE.value: "programme-notice", Class.MARKETING.value: "programme-news"}


class UnableToAnnounce(Refused):
    """Nothing was written or sent; the message says why."""


def audience_of(name: str) -> Audience:
    """The audience of this name.

    Raises:
        UnableToAnnounce: no room has one.
    """
    found = audiences.find(name)
    if found is None:
        raise UnableToAnnounce(_("There is no such audience."))
    return found


def kind_for(audience: Audience) -> kinds.Kind:
    """What the words of an announcement may name, in the form of a kind of message."""
    return kinds.Kind(audience.name, audience.title, audience.variables)


def texts_for(audience: Audience, said: Mapping[str, str]) -> dict[str, Version]:
    """The words of an announcement, ready to be written out, by language.

    Raises:
        UnableToWrite: a language is missing, or a text is none that could be sent.
    """
    return parse_texts(kind_for(audience), said)


def frozen_in(announcement: Announcement) -> set[int]:
    """The people to whom it goes, by id."""
    return set(announcement.addressees.values_list("person", flat=True))


def content_of(announcement: Announcement, people: Collection[int]) -> dict[str, Any]:
    """What an announcement is, as plain JSON: who changes any of it has another one."""
    return {
        "class": announcement.category,
        "audience": announcement.audience,
        "parameters": announcement.parameters,
        "text": {name: getattr(announcement, name) for name in FIELDS},
        "why": announcement.why,
        "people": hashlib.sha256(",".join(map(str, sorted(people))).encode()).hexdigest(),
        "count": announcement.people,
    }


def asked_for(announcement: Announcement, people: Collection[int]) -> dict[str, Any]:
    """What a second person agrees to."""
    return {
        "people": announcement.people,
        "digest": digest_of(content_of(announcement, people)),
    }


def noted(announcement: Announcement) -> dict[str, Any]:
    """What the trail keeps of it."""
    return {
        "class": announcement.category,
        "audience": announcement.audience,
        "parameters": announcement.parameters,
        "people": announcement.people,
        "digest": announcement.digest,
    }


def say_changed() -> str:
    """It is not what was written, or agreed to."""
    return _("The content has changed since it was written.")


def nobody_left(announcement: Announcement) -> bool:
    """Whether all of its people have left its audience since, or the audience is gone."""
    audience = audiences.find(announcement.audience)
    if audience is None:
        return True
    still, _unwilling = audiences.people_of(audience, announcement.parameters)
    return not still & frozen_in(announcement)


def say_nobody_left() -> str:
    """There is nobody any more to whom it would go."""
    return _("Everybody has left this audience since it was written.")


def why_not(announcement: Announcement) -> str:
    """Why it is not in the state in which it could go on."""
    return {
        Announcement.State.DRAFT.value: _("A second person has not been asked about it."),
        Announcement.State.ASKED.value: _("A second person has been asked about it already."),
        Announcement.State.AGREED.value: _("A second person has agreed to it already."),
        Announcement.State.SENT.value: _("It has been sent already."),
        Announcement.State.REFUSED.value: _("A second person has refused it. Write it again."),
        Announcement.State.DROPPED.value: _("It was dropped. Write it again."),
    }[announcement.state]


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of one announcement: its texts, read once, and what is known of its people."""

    kind: str
    run: str
    people: list[User]
    facts: Mapping[int, Mapping[str, Any]]
    versions: Mapping[str, Version]

    @classmethod
    def of(cls, announcement: Announcement, ids: Collection[int]) -> "Letters":
        audience = audience_of(announcement.audience)
        said = {name: getattr(announcement, name) for name in FIELDS}
        return cls(
            kind=KINDS[announcement.category],
            run=announcement.run,
            people=list(User.objects.filter(pk__in=ids).order_by("pk")),
            facts=audience.facts(announcement.parameters, ids),
            versions=texts_for(audience, said),
        )

    def telling(self, person: User) -> Telling:
        return Telling(person, self.kind, self.run, self.variables(person, person.language))

    def variables(self, person: User, language: str) -> dict[str, Any]:
        """What the text of the kind names: the words of this announcement, for this person."""
        own = self.facts.get(person.pk, {})
        facts: dict[str, Any] = {"name": str(person), "site_url": settings.SITE_URL, **own}
        text = self.versions[language].render(self.kind, language, facts)
        given = {"name": facts["name"], "heading": text.subject, "text": text.body.strip()}
        says_about = "about" in kinds.known(self.kind).examples
        return given | ({"about": facts.get("about")} if says_about else {})

    def sample(self, person: User, why: str, language: str, shelf: Shelf) -> Sample:
        variables = kinds.known(self.kind).examples | self.variables(person, language)
        text = shelf.take(self.kind, language).render(self.kind, language, variables)
        return Sample(str(variables["name"]), why, language, text)


def preview(announcement: Announcement) -> list[Sample]:
    """The whole letter, in both languages, as awkward people of its audience would get it.

    Raises:
        UnableToWrite: it cannot be written for one of them.
    """
    audience = audience_of(announcement.audience)
    frozen = frozen_in(announcement)
    tried = list(audience.awkward(announcement.parameters, frozen)) or [
        (person, _("the first of them")) for person in sorted(frozen)[:1]
    ]
    letters = Letters.of(announcement, {person for person, _why in tried})
    known = {person.pk: person for person in letters.people}
    shelf = Shelf({letters.kind})
    try:
        return [
            letters.sample(known[person], why, language, shelf)
            for person, why in tried
            for language in kinds.languages()
            if person in known
        ]
    except MissingVariable as missing:
        problem = _("It cannot be written for everybody: %(what)s.") % {"what": missing.args[0]}
        raise UnableToWrite({"body_en": problem}) from missing
