"""Programmes, cohorts and made-up applicants. The same seed gives the same people."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.domain.people import register_person
from accounts.domain.readers import record_reading
from accounts.languages import Language
from accounts.models import User
from accounts.roles import Role
from accounts.web.factors import DEMANDED_OF
from applications.domain.applying import save_draft, start_application, submit_application
from applications.models import (
    Application,
    Cohort,
    Consent,
    Discipline,
    EligibilityRules,
    Institution,
    Level,
    PriorLearning,
    Programme,
    Source,
    Status,
    Track,
)
from dtt.play.second_factor import give_second_factor

DEMO_DOMAIN = "people.dtt.example"
SURNAMES = (
    ("CHAN", "陳"), ("WONG", "黃"), ("LEE", "李"), ("CHEUNG", "張"), ("LAU", "劉"), ("LAM", "林"),
    ("HO", "何"), ("NG", "吳"), ("LEUNG", "梁"), ("CHENG", "鄭"), ("KWOK", "郭"), ("TSANG", "曾"),
    ("YEUNG", "楊"), ("FUNG", "馮"), ("TAM", "譚"), ("AU", "區"), ("SZETO", "司徒"), ("WANG", "王"),
)  # fmt: skip
GIVEN = (
    ("Ka Yan", "嘉欣"), ("Chi Ming", "志明"), ("Wing Sze", "詠詩"), ("Ho Yin", "浩然"),
    ("Hoi Lam", "凱琳"), ("Tsz Kin", "子健"), ("Mei Ling", "美玲"), ("Chun Kit", "俊傑"),
    ("Sze Wai", "思慧"), ("Man Hei", "文曦"), ("Pui Shan", "佩珊"), ("Kwok Wai", "國偉"),
    ("Yan Tung", "恩彤"), ("Cheuk Lam", "卓林"), ("Lok Yiu", "樂瑤"), ("Tin Long", "天朗"),
)  # fmt: skip
ENGLISH = ("", "", "", "Peter", "Grace", "Jason", "Karen", "Marcus", "Vivian", "Kelvin", "Joyce")
STUDIES = (
    ("Computer Science", Discipline.COMPUTING),
    ("Electronic Engineering", Discipline.ENGINEERING),
    ("Mathematics", Discipline.SCIENCE),
    ("Business Administration", Discipline.BUSINESS),
    ("Linguistics", Discipline.HUMANITIES),
    ("Nursing", Discipline.HEALTH),
    ("Fine Arts", Discipline.HUMANITIES),
    ("Physics", Discipline.SCIENCE),
)
MOTIVATIONS = (
    "I want to move from analysis in spreadsheets to models that I understand.",
    "My thesis needs computer vision and I would like to learn it properly.",
    "我想把機器學習用於醫療數據。",
    "I build small things with Python at home and want to build larger ones with others.",
    "我想轉職到人工智能行業。",
)


@dataclass(frozen=True, slots=True)
class Persona:
    """A made-up applicant: who they are, what they answer, how able they are (0 is average)."""

    email: str
    language: str
    answers: dict[str, Any]
    ability: float


def make_programme(slug: str = "dtt") -> Programme:
    """The programme, made once."""
    programme, _ = Programme.objects.get_or_create(
        slug=slug,
        defaults={
            "name_en": "DeepTech Talents Training",
            "name_zh": "深科技人才培訓計劃",
            "summary_en": (
                "Six days of machine learning for students and graduates of any discipline, "
                "a mini-project of your own, and interviews with companies that are hiring."
            ),
            "summary_zh": (
                "為任何學科的學生和畢業生而設的六天機器學習課程，"
                "完成自己的小型專題，並與正在招聘的公司面試。"
            ),
            "contact_email": "programme@dtt.example",
        },
    )
    return programme


def make_cohort(*, now: datetime, slug: str = "spring", **overrides: Any) -> Cohort:
    """A public cohort that takes applications at `now`, with a calendar of about three months."""

    def day(number: int, hour: int = 4, minute: int = 0) -> datetime:
        on = now + timedelta(days=number)
        return on.replace(hour=hour, minute=minute, second=0, microsecond=0)

    first = (now + timedelta(days=35)).date()
    fields: dict[str, Any] = {
        "programme": make_programme(),
        "name_en": f"{now:%B %Y} cohort",
        "name_zh": f"{now.year}年{now.month}月一期",
        "is_public": True,
        "applications_open_at": now - timedelta(days=1),
        "applications_close_at": day(14, hour=15, minute=59),
        "quiz_opens_at": day(15),
        "quiz_closes_at": day(20),
        "shortlist_at": day(24),
        "bootcamp_dates": working_days(first, 6),
        "project_due_at": day(53, hour=15, minute=59),
        "finalists_at": day(60),
        "rankings_close_at": day(74),
        "match_at": day(77),
        "retention_months": 12,
    }
    rules: dict[str, Any] = {
        "completion_from": date(now.year - 4, 1, 1),
        "completion_to": date(now.year + 4, 12, 1),
        "days_needed": 5,
        "adults_only": True,
    }
    rules |= {name: overrides.pop(name) for name in rules.keys() & overrides.keys()}
    if "rules" not in overrides:
        fields["rules"] = EligibilityRules.objects.create(created_at=now, **rules)
    return Cohort.objects.create(slug=slug, **(fields | overrides))


def working_days(first: date, count: int) -> list[date]:
    """The first `count` days from `first` on that are Monday to Friday."""
    days: list[date] = []
    while len(days) < count:
        if first.weekday() < 5:
            days.append(first)
        first += timedelta(days=1)
    return days


def make_user(
    email: str,
    *roles: Role,
    now: datetime | None = None,
    password: str | None = None,
    name: str = "",
    by: User | None = None,
) -> User:
    """A person with a verified address and these roles, and a second factor where they need one."""
    person = register_person(
        email=email,
        password=password,
        preferred_name=name,
        roles=roles,
        verified=True,
        by=by,
        now=now or datetime.now(UTC),
    )
    if DEMANDED_OF.intersection(roles):
        give_second_factor(person)
    return person


def let_read(*people: User, by: User, now: datetime) -> None:
    """Put people of the staff on record as reading both languages."""
    for person in people:
        record_reading(user_id=person.pk, languages=Language.values, by=by, now=now)


def make_persona(
    number: int,
    *,
    days: list[date],
    today: date,
    seed: int = 1,
    institutions: Sequence[Institution] | None = None,
) -> Persona:
    """The made-up applicant of this number.

    Args:
        institutions: in the order of their codes; read from the database where they are not given.
    """
    dice = random.Random(f"persona {seed} {number}")
    surname, surname_zh = dice.choice(SURNAMES)
    given, given_zh = dice.choice(GIVEN)
    english = dice.choice(ENGLISH)
    study, discipline = dice.choice(STUDIES)
    student = dice.random() < 0.6
    month = dice.randrange(12) + 1
    answers = {
        "surname_en": surname,
        "given_en": f"{given} {english}".strip(),
        "preferred_name": english,
        "name_zh": surname_zh + given_zh if dice.random() < 0.8 else "",
        "mobile": f"+8526{dice.randrange(10**7):07d}",
        "institution": dice.choice(institutions or list(Institution.objects.order_by("code"))),
        "study_programme": study,
        "discipline": discipline.value,
        "level": dice.choice(Level.values[:4]),
        "status": Status.STUDENT.value if student else Status.GRADUATE.value,
        "completion_on": date(today.year + (dice.randrange(3) if student else -1), month, 1),
        "python_rating": dice.randrange(6),
        "prior_learning": dice.choice(PriorLearning.values),
        "motivation": dice.choice(MOTIVATIONS),
        "track": dice.choice(Track.values),
        "available_days": days if dice.random() < 0.9 else days[1:],
        "source": dice.choice(Source.values),
        "is_adult": True,
    }
    return Persona(
        email=f"applicant{number}.{seed}@{DEMO_DOMAIN}",
        language=dice.choices(Language.values, weights=(3, 2))[0],
        answers=answers,
        ability=dice.gauss(0, 1),
    )


def apply(
    persona: Persona,
    cohort: Cohort,
    *,
    now: datetime,
    password: str | None = None,
    consents: tuple[str, ...] = (Consent.Purpose.TALENT_POOL,),
) -> Application:
    """Sign up, fill in the form and submit it, as this persona would."""
    user = register_person(
        email=persona.email,
        language=persona.language,
        preferred_name=persona.answers["preferred_name"],
        password=password,
        verified=True,
        now=now,
    )
    application = start_application(cohort_id=cohort.pk, by=user, now=now)
    application = save_draft(
        application_id=application.pk,
        version=application.version,
        answers=persona.answers,
        by=user,
        now=now,
    )
    return submit_application(
        application_id=application.pk,
        by=user,
        now=now,
        honour_code=True,
        privacy_notice=True,
        consents=consents,
        language=persona.language,
    )


def make_applicant(cohort: Cohort, number: int, *, now: datetime, seed: int = 1) -> Application:
    """A submitted, eligible application by the persona of this number."""
    persona = make_persona(number, days=cohort.bootcamp_dates, today=now.date(), seed=seed)
    return apply(persona, cohort, now=now)


def make_applicants(
    cohort: Cohort, count: int, *, now: datetime, seed: int = 1
) -> list[Application]:
    """That many of them, numbered from 1."""
    return [make_applicant(cohort, n, now=now, seed=seed) for n in range(1, count + 1)]
