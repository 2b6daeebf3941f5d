"""Bring the questions of a file into the item bank."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.domain import audit
from accounts.models import User
from quiz.domain.bank import CHINESE, ENGLISH
from quiz.domain.images import UnableToKeepImage, image_as_kept, keep_images
from quiz.entries import Entry, NotTaken, entry_of
from quiz.formats.drafts import ImageDraft, ItemDraft, Parsed
from quiz.formats.images import references_of, with_images
from quiz.models import Item, ItemImage, ItemVersion

BANK_LOCK = 0x7175697A  # one import at a time, whatever the process


class Action(StrEnum):
    """What an import does with one question of the file."""

    CREATE = "create"
    NEW_VERSION = "new-version"
    TRANSLATE = "translate"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the file cannot be imported as it is."""

    line: int
    message: str
    file: str = ""

    def as_json(self) -> dict[str, Any]:
        named = {"file": self.file} if self.file else {}
        return {"line": self.line, "message": self.message, **named}


@dataclass(frozen=True, slots=True)
class Step:
    line: int
    code: str
    action: Action


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do. With problems nothing was written."""

    steps: tuple[Step, ...]
    problems: tuple[Problem, ...]
    written: bool

    def count(self, action: Action) -> int:
        return sum(step.action == action for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        return {
            **{action.value: self.count(action) for action in Action},
            "steps": [[step.line, step.code, step.action.value] for step in self.steps],
            "problems": [problem.as_json() for problem in self.problems],
            "written": self.written,
        }


def import_items(
    *,
    parsed: Parsed,
    language: str,
    source_name: str,
    source_sha256: str,
    by: User | None,
    now: datetime,
    confirm: bool,
) -> ImportReport:
    """Bring the questions of a file into the bank: all of them, or none.

    An English file creates items and new versions; what is there already is skipped, so a second
    import changes nothing. A Chinese file adds the translation to the items of the same codes.

    Args:
        confirm: without it nothing is written.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [BANK_LOCK])
        parsed, unshowable = _with_kept_images(parsed)
        entries, problems = _entries(parsed)
        problems += [*unshowable, *_lost_images(parsed)]
        plan = _Plan(_newest({entry.code for entry in entries}), problems)
        for entry in entries:
            plan.take(entry, language, now=now)
        if language == ENGLISH:
            for entry in _translations(parsed, entries, problems):
                plan.take(entry, CHINESE, now=now)
        write = confirm and not problems
        if write:
            contents = {i.reference: i.content for draft in parsed.items for i in draft.images}
            keep_images(contents=contents.values(), by=by, now=now)
            for draft in plan.drafts:
                draft.source_name, draft.source_sha256 = source_name[:200], source_sha256
                draft.created_at, draft.created_by = now, by
            _write(plan.drafts, plan.translated, by=by, now=now)
        problems.sort(key=lambda problem: (problem.file, problem.line))
        return ImportReport(tuple(plan.steps.values()), tuple(problems), written=write)


class _Plan:
    """What an import would write, and what it would do with each question."""

    def __init__(self, known: dict[str, ItemVersion], problems: list[Problem]) -> None:
        self._known = known
        self._problems = problems
        self.drafts: list[ItemVersion] = []
        self.translated: list[ItemVersion] = []
        self.steps: dict[str, Step] = {}

    def take(self, entry: Entry, language: str, *, now: datetime) -> None:
        """Plan one question; a translation may follow the question that is new with it."""
        version = self._known.get(entry.code)
        try:
            if language == ENGLISH:
                action, draft = _english(entry, version, now=now)
            else:
                action, draft = _chinese(entry, version)
        except NotTaken as refused:
            self._problems.append(_problem(entry.line, refused))
            return
        before = self.steps.get(entry.code)
        if before is None or before.action == Action.SKIP:
            self.steps[entry.code] = Step(entry.line, entry.code, action)
        if draft is None:
            return
        if action != Action.TRANSLATE:
            self.drafts.append(draft)
            self._known[entry.code] = draft
        elif draft.pk is not None:
            self.translated.append(draft)


def _entries(parsed: Parsed) -> tuple[list[Entry], list[Problem]]:
    problems = [
        Problem(fault.line, _placed(fault.file, _(fault.reason) % fault.params), fault.file)
        for fault in parsed.faults
    ]
    entries: dict[str, Entry] = {}
    for draft in parsed.items:
        try:
            entry = entry_of(draft)
        except NotTaken as refused:
            problems.append(_problem(draft.line, refused, draft.file))
            continue
        first = entries.setdefault(entry.code, entry)
        if first is not entry:
            twice = _("The same question stands in line %(line)d.") % {"line": first.line}
            problems.append(Problem(entry.line, _placed(draft.file, twice), draft.file))
    return list(entries.values()), problems


def _translations(
    parsed: Parsed, entries: Iterable[Entry], problems: list[Problem]
) -> Iterator[Entry]:
    """The Chinese of each question, under the code of the English that it stands beside."""
    codes = {entry.line: entry.code for entry in entries}
    for draft in parsed.translations:
        if draft.line not in codes:
            continue
        try:
            yield replace(entry_of(draft), code=codes[draft.line])
        except NotTaken as refused:
            problems.append(_problem(draft.line, refused))


def _with_kept_images(parsed: Parsed) -> tuple[Parsed, list[Problem]]:
    """The file as it refers to what the bank keeps of its pictures: they lose what nobody sees."""
    problems: list[Problem] = []
    items: list[ItemDraft] = []
    for draft in parsed.items:
        kept: dict[str, ImageDraft] = {}
        for image in draft.images:
            try:
                cleaned = image_as_kept(image.content)
            except UnableToKeepImage as refused:
                said = _placed(draft.file, f"{image.name}: {refused}")
                problems.append(Problem(draft.line, said, draft.file))
                continue
            kept[image.reference] = ImageDraft(cleaned.reference, image.name, cleaned.content)
        items.append(with_images(draft, kept) if kept else draft)
    return replace(parsed, items=tuple(items)), problems


def _lost_images(parsed: Parsed) -> Iterator[Problem]:
    """Pictures that are neither in the file nor in the bank."""
    shown = [(draft, references_of(draft)) for draft in (*parsed.items, *parsed.translations)]
    wanted = {reference for _draft, references in shown for reference in references}
    there = set(ItemImage.objects.filter(reference__in=wanted).values_list("reference", flat=True))
    there |= {image.reference for draft in parsed.items for image in draft.images}
    for draft, references in shown:
        for reference in sorted(references - there):
            missing = _("The image “image:%(reference)s” is not in the bank. Upload it first.")
            said = _placed(draft.file, missing % {"reference": reference})
            yield Problem(draft.line, said, draft.file)


def _problem(line: int, refused: NotTaken, file: str = "") -> Problem:
    return Problem(line, _placed(file, _(refused.reason) % refused.params), file)


def _placed(file: str, message: str) -> str:
    return f"{file}: {message}" if file else message


def _newest(codes: set[str]) -> dict[str, ItemVersion]:
    versions = ItemVersion.objects.newest().filter(item__code__in=codes).select_related("item")
    return {version.item.code: version for version in versions}


def _english(
    entry: Entry, version: ItemVersion | None, *, now: datetime
) -> tuple[Action, ItemVersion | None]:
    if version is None:
        item = Item(code=entry.code, topic=entry.topic, difficulty=entry.difficulty, created_at=now)
        return Action.CREATE, _first_version(entry, item)
    item = version.item
    if (item.topic, item.difficulty) != (entry.topic, entry.difficulty):
        raise NotTaken(
            gettext_noop(
                "“%(code)s” is in the bank under %(place)s. An item keeps its topic and difficulty:"
                " give the question another identifier."
            ),
            code=entry.code,
            place=f"{item.topic}/{item.difficulty}",
        )
    draft = _first_version(entry, item)
    if _words_agree(draft, version):
        # The same words with another key or explanation need no new translation.
        draft.stem_zh = version.stem_zh
        for new, old in zip(draft.choices, version.choices, strict=True):
            new["text"][CHINESE] = old["text"][CHINESE]
            new["feedback"][CHINESE] = old["feedback"][CHINESE]
        same_feedback = draft.feedback_en == version.feedback_en
        if same_feedback:
            draft.feedback_zh = version.feedback_zh
        if same_feedback and (draft.key, draft.choices) == (version.key, version.choices):
            return Action.SKIP, None
    draft.number = version.number + 1
    return Action.NEW_VERSION, draft


def _words_agree(draft: ItemVersion, version: ItemVersion) -> bool:
    def words(of: ItemVersion) -> tuple[object, ...]:
        texts = [(c["text"][ENGLISH], c["format"], c.get("role")) for c in of.choices]
        return of.kind, of.text_format, of.stem_en, texts

    return words(draft) == words(version)


def _chinese(entry: Entry, version: ItemVersion | None) -> tuple[Action, ItemVersion | None]:
    if version is None:
        raise NotTaken(
            gettext_noop("“%(code)s” is not in the bank. Import the English file first."),
            code=entry.code,
        )
    if (entry.kind, len(entry.choices)) != (version.kind, len(version.choices)):
        raise NotTaken(
            gettext_noop(
                "“%(code)s” has another kind or number of choices than its English original."
            ),
            code=entry.code,
        )
    if entry.key != version.key:
        raise NotTaken(
            gettext_noop("“%(code)s” has another key than its English original."), code=entry.code
        )
    choices = [
        {
            **choice,
            "text": {**choice["text"], CHINESE: translation.text},
            "feedback": {**choice["feedback"], CHINESE: translation.feedback},
        }
        for choice, translation in zip(version.choices, entry.choices, strict=True)
    ]
    said = (version.stem_zh, version.choices, version.feedback_zh)
    if said == (entry.stem, choices, entry.feedback):
        return Action.SKIP, None
    action = Action.TRANSLATE
    if version.approved_at is not None:
        action = Action.NEW_VERSION
        version = ItemVersion(
            item=version.item,
            number=version.number + 1,
            kind=version.kind,
            text_format=version.text_format,
            stem_en=version.stem_en,
            key=version.key,
            feedback_en=version.feedback_en,
        )
    version.stem_zh, version.choices, version.feedback_zh = entry.stem, choices, entry.feedback
    return action, version


def _first_version(entry: Entry, item: Item) -> ItemVersion:
    return ItemVersion(
        item=item,
        number=1,
        kind=entry.kind,
        text_format=entry.text_format,
        stem_en=entry.stem,
        choices=[
            {
                "key": choice.key,
                "text": {ENGLISH: choice.text, CHINESE: ""},
                "format": choice.text_format,
                "feedback": {ENGLISH: choice.feedback, CHINESE: ""},
                "pinned": choice.pinned,
                **({"role": choice.role} if choice.role else {}),
            }
            for choice in entry.choices
        ],
        key=entry.key,
        feedback_en=entry.feedback,
    )


def _write(
    drafts: list[ItemVersion],
    translated: Iterable[ItemVersion],
    *,
    by: User | None,
    now: datetime,
) -> None:
    Item.objects.bulk_create([draft.item for draft in drafts if draft.item.pk is None])
    ItemVersion.objects.bulk_create(drafts)
    translated = list(translated)
    ItemVersion.objects.bulk_update(translated, ["stem_zh", "choices", "feedback_zh"])
    audit.record_many(
        [audit.event(version, "import-item", by=by, now=now) for version in drafts]
        + [audit.event(version, "translate-item", by=by, now=now) for version in translated]
    )
