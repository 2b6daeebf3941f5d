"""The institutions of Hong Kong that an applicant can pick, and what people call them. Pure.

The list is a seed: staff add institutions and merge what people wrote under "other"; the names in
force are those of `applications.domain.institutions.directory`. A name is resolved only when it is
one of the written ones, whatever its case, punctuation or script; nothing is guessed from
likeness, because a campus elsewhere can carry most of a Hong Kong name (CUHK and CUHK (Shenzhen)
are two universities).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from applications.wording import fold


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name that an institution has given up, in the year `until`; old certificates bear it."""

    name: str
    until: int


@dataclass(frozen=True, slots=True)
class Institution:
    """One place of study.

    `code` is what is stored: the abbreviation the institution uses for itself, never reused.
    """

    code: str
    name_en: str
    name_zh: str
    aliases: tuple[str, ...] = ()
    former: tuple[FormerName, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Every name it is known by, the code first."""
        return tuple(name for name, _until in self.names_until())

    def names_until(self) -> tuple[tuple[str, int | None], ...]:
        """Every name, the code first, with the year in which it was given up."""
        today = (self.code, self.name_en, self.name_zh, *self.aliases)
        former = tuple((former.name, former.until) for former in self.former)
        return (*((name, None) for name in today), *former)


INSTITUTIONS: Final[tuple[Institution, ...]] = (
    # funded through the University Grants Committee
    Institution(
        "HKU",
        "The University of Hong Kong",
        "香港大學",
        ("Hong Kong University", "Hong Kong U", "港大"),
    ),
    Institution(
        "CUHK",
        "The Chinese University of Hong Kong",
        "香港中文大學",
        ("Chinese University", "Chinese U", "Hong Kong Chinese University", "中大", "中文大學"),
    ),
    Institution(
        "HKUST",
        "The Hong Kong University of Science and Technology",
        "香港科技大學",
        (
            "UST",
            "Hong Kong University of Science & Technology",
            "University of Science and Technology Hong Kong",
            "科大",
            "港科大",
            "科技大學",
        ),
    ),
    Institution(
        "PolyU",
        "The Hong Kong Polytechnic University",
        "香港理工大學",
        (
            "Poly U",
            "HK PolyU",
            "HKPU",
            "Hong Kong PolyU",
            "Hong Kong Poly",
            "Hong Kong Polytechnic",
            "理大",
            "理工",
            "理工大學",
            "港理工",
            "香港理工",
        ),
    ),
    Institution(
        "CityU",
        "City University of Hong Kong",
        "香港城市大學",
        (
            "CityUHK",
            "City U",
            "CityU HK",
            "Hong Kong City University",
            "城大",
            "港城大",
            "城市大學",
        ),
    ),
    Institution(
        "HKBU",
        "Hong Kong Baptist University",
        "香港浸會大學",
        ("Baptist U", "Baptist University", "浸大", "浸會", "浸會大學"),
        (FormerName("Hong Kong Baptist College", 1994), FormerName("浸會學院", 1994)),
    ),
    Institution(
        "LU",
        "Lingnan University",
        "嶺南大學",
        ("Lingnan", "LingU", "Lingnan U", "Lingnan University Hong Kong", "嶺大", "嶺南"),
        (FormerName("Lingnan College", 1999), FormerName("嶺南學院", 1999)),
    ),
    Institution(
        "EdUHK",
        "The Education University of Hong Kong",
        "香港教育大學",
        ("EdU", "HKEdU", "Ed U", "教大", "教育大學"),
        (
            FormerName("The Hong Kong Institute of Education", 2016),
            FormerName("HKIEd", 2016),
            FormerName("香港教育學院", 2016),
            FormerName("教院", 2016),
        ),
    ),
    # self-financing and other
    Institution(
        "HKMU",
        "Hong Kong Metropolitan University",
        "香港都會大學",
        ("HK Metropolitan University", "都大", "都會大學"),
        (
            FormerName("The Open University of Hong Kong", 2021),
            FormerName("Hong Kong Open University", 2021),
            FormerName("OUHK", 2021),
            FormerName("HKOU", 2021),
            FormerName("香港公開大學", 2021),
            FormerName("公開大學", 2021),
            FormerName("公大", 2021),
        ),
    ),
    Institution(
        "HSUHK",
        "The Hang Seng University of Hong Kong",
        "香港恒生大學",
        ("HSU", "Hang Seng University", "恒大", "恒生大學", "恆生大學", "香港恆生大學"),
        (
            FormerName("Hang Seng Management College", 2018),
            FormerName("HSMC", 2018),
            FormerName("恒生管理學院", 2018),
        ),
    ),
    Institution(
        "HKSYU",
        "Hong Kong Shue Yan University",
        "香港樹仁大學",
        ("Shue Yan", "Shue Yan University", "樹仁", "仁大", "樹仁大學"),
        (FormerName("Shue Yan College", 2006), FormerName("樹仁學院", 2006)),
    ),
    Institution(
        "SFU",
        "Saint Francis University",
        "聖方濟各大學",
        ("St. Francis University", "聖大", "聖方濟各"),
        (
            FormerName("Caritas Institute of Higher Education", 2024),
            FormerName("CIHE", 2024),
            FormerName("明愛專上學院", 2024),
        ),
    ),
    Institution(
        "CHCHE",
        "Hong Kong Chu Hai College",
        "香港珠海學院",
        ("Chu Hai", "Chu Hai College", "Chu Hai College of Higher Education", "珠海學院"),
    ),
    Institution(
        "THEi",
        "Technological and Higher Education Institute of Hong Kong",
        "香港高等教育科技學院",
        ("THEi Hong Kong", "高科院"),
    ),
    Institution(
        "VTC",
        "Vocational Training Council",
        "職業訓練局",
        (
            "IVE",
            "HKDI",
            "VTC IVE",
            "IVE VTC",
            "Hong Kong Institute of Vocational Education",
            "Hong Kong Design Institute",
            "職訓局",
            "香港專業教育學院",
            "香港知專設計學院",
            "知專",
        ),
    ),
    Institution(
        "HKAPA",
        "The Hong Kong Academy for Performing Arts",
        "香港演藝學院",
        ("APA", "Academy for Performing Arts", "演藝", "演藝學院"),
    ),
    Institution(
        "HKCT",
        "Hong Kong College of Technology",
        "香港專業進修學校",
        ("港專", "港專學院"),
    ),
    Institution(
        "UOWCHK",
        "UOW College Hong Kong",
        "香港伍倫貢學院",
        ("UOW College", "UOWC", "伍倫貢學院"),
        (
            FormerName("Community College of City University", 2020),
            FormerName("CCCU", 2020),
            FormerName("城大專上學院", 2020),
        ),
    ),
    Institution(
        "HKU SPACE",
        "HKU School of Professional and Continuing Education",
        "香港大學專業進修學院",
        (
            "HKUSPACE",
            "HKU SPACE Community College",
            "HKU SPACE CC",
            "HKUCC",
            "港大專業進修學院",
            "香港大學附屬學院",
            "港大附屬學院",
        ),
    ),
    Institution(
        "HKCC",
        "Hong Kong Community College",
        "香港專上學院",
        ("PolyU HKCC", "HKCC PolyU", "PolyU Hong Kong Community College", "理大專上學院"),
    ),
    Institution(
        "HKBU CIE",
        "College of International Education, Hong Kong Baptist University",
        "香港浸會大學國際學院",
        ("CIE", "CIE HKBU", "College of International Education", "浸大國際學院"),
    ),
    Institution(
        "LIFE",
        "Lingnan Institute of Further Education",
        "嶺南大學持續進修學院",
        ("Lingnan LIFE", "嶺南持續進修學院", "嶺大持續進修學院"),
    ),
)

# Where an institution is, or one of its campuses here: added to a name, it names no other one.
# A campus elsewhere is one: CUHK (Shenzhen), HKUST (Guangzhou).
_PLACES = frozenset(
    (
        *("", "hong kong", "hk", "hksar", "hongkong", "kowloon", "tsing yi", "chai wan", "sha tin"),
        *("shatin", "tuen mun", "kwun tong", "kwai chung", "lee wai lee", "morrison hill"),
        *("haking wong", "pokfulam", "pok fu lam", "hung hom", "kowloon tong", "kowloon bay"),
        *("clear water bay", "tai po", "tseung kwan o", "ho man tin", "siu sai wan", "wan chai"),
        *(
            "香港",
            "九龍",
            "青衣",
            "柴灣",
            "沙田",
            "屯門",
            "觀塘",
            "葵涌",
            "李惠利",
            "摩理臣山",
            "黃克競",
        ),
        *(
            "薄扶林",
            "紅磡",
            "九龍塘",
            "九龍灣",
            "清水灣",
            "大埔",
            "將軍澳",
            "何文田",
            "小西灣",
            "灣仔",
        ),
    )
)
_LONGEST_FIRST = sorted(_PLACES - {""}, key=len, reverse=True)
_HERE = ("hong kong", "hk", "香港")
_LETTERS = re.compile(r"(?:[a-z] )+[a-z]")
_SHORTEST = 3  # letters that are left of a name when the place is taken from it
_PARTS = re.compile(r"[()\[\]（）【】,，/／;；|\n]|\s[-–—]\s")
_CHINESE_SPACE = re.compile(r"(?<=[^\x00-\x7f]) (?=[a-z0-9])|(?<=[a-z0-9]) (?=[^\x00-\x7f])")


def key(name: str) -> str:
    """Fold a name and drop the article, which people write or leave out as they like.

    Two names with one key are one name, whatever their case, punctuation or script.
    """
    return fold(name).removeprefix("the ").replace(" and ", " ").replace("hongkong", "hong kong")


@dataclass(frozen=True, slots=True)
class Directory:
    """What people call each institution.

    Attributes:
        names: from the `key` of a name to the code of the one institution that bears it.
    """

    names: Mapping[str, str]

    def resolve(self, text: str) -> str | None:
        """Return the code of the institution that `text` names, or None if it is not listed.

        Understands full, short and former names in English and Chinese (either script), with the
        place added ("Lingnan University, Hong Kong") or in two versions at once ("香港理工大學
        (PolyU)") as long as both name the same institution.
        """
        if (code := self._known(key(text))) is not None:
            return code
        pieces = [piece for part in _PARTS.split(text) for piece in self._scripts(key(part))]
        codes = {self._known(piece) for piece in pieces if piece not in _PLACES}
        return codes.pop() if len(codes) == 1 else None

    def search(self, text: str) -> tuple[str, ...]:
        """Return the codes of institutions one of whose names contains `text`.

        Made for a search field: part of a word is enough ("poly", "理工"), an empty text finds
        all. Whoever bears exactly this name comes first, the others in the order of the names.
        """
        wanted = key(text)
        exact = self.names.get(wanted)
        found = [exact] if exact is not None else []
        found += [code for name, code in self.names.items() if wanted in name]
        return tuple(dict.fromkeys(found))

    def _scripts(self, folded: str) -> list[str]:
        """Part "香港理工大學 polyu" into its Chinese and its Latin half; leave a name whole."""
        if folded in self.names:
            return [folded]
        return [half.removeprefix("the ") for half in _CHINESE_SPACE.split(folded)]

    def _known(self, folded: str) -> str | None:
        """Find a folded name, as it is or as it is written in other words that mean the same."""
        return next(filter(None, map(self.names.get, _ways_to_write(folded))), None)


def _ways_to_write(folded: str) -> Iterator[str]:
    """Yield a folded name, and the same without its place or its abbreviations.

    `h k u` is `hku`; `hk poly u`, `polyu hk` and `hkpolyu` are `polyu`; `理工大` is `理工大學`.
    """
    yield folded
    if _LETTERS.fullmatch(folded):
        yield folded.replace(" ", "")
    yield " ".join("hong kong" if word == "hk" else word for word in folded.split())
    bare = folded
    for place in _LONGEST_FIRST:
        bare = bare.removesuffix(f" {place}" if place.isascii() else place)
    for here in _HERE:
        bare = bare.removeprefix(f"{here} " if here.isascii() else here).strip()
    for name in (bare, bare.removeprefix("hk")):
        if len(name) >= (_SHORTEST if name.isascii() else 2):
            yield name
    for name in (folded, bare):
        if name.endswith("大"):
            yield f"{name}學"


def directory_of(names: Iterable[tuple[str, str]]) -> Directory:
    """Return the directory of pairs of a name and a code; the first to bear a name keeps it."""
    found: dict[str, str] = {}
    for name, code in names:
        if folded := key(name):
            found.setdefault(folded, code)
    return Directory(found)


SEED: Final = directory_of((name, each.code) for each in INSTITUTIONS for name in each.names())
