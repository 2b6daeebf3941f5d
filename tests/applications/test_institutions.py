"""What people call a place of study finds it, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.institutions import INSTITUTIONS, SEED
from applications.wording import fold

CODES = {institution.code for institution in INSTITUTIONS}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("PolyU", "PolyU"),
        ("poly u", "PolyU"),
        ("理大", "PolyU"),
        ("Hong Kong Polytechnic", "PolyU"),
        ("THE HONG KONG POLYTECHNIC UNIVERSITY", "PolyU"),
        ("The Hong Kong Polytechnic University (PolyU)", "PolyU"),
        ("香港理工大學 PolyU", "PolyU"),
        ("香港理工大学", "PolyU"),
        ("OUHK", "HKMU"),
        ("The Open University of Hong Kong", "HKMU"),
        ("都大", "HKMU"),
        ("CityUHK", "CityU"),
        ("樹仁", "HKSYU"),
        ("树仁大学", "HKSYU"),
        ("Hong Kong University of Science & Technology", "HKUST"),
        ("科大", "HKUST"),
        ("岭南大学", "LU"),
        ("Lingnan University, Hong Kong", "LU"),
        ("浸大", "HKBU"),
        ("HKIEd", "EdUHK"),
        ("University of Hong Kong", "HKU"),
        ("HKU SPACE", "HKU SPACE"),
        ("Hang Seng Management College", "HSUHK"),
        ("明愛專上學院", "SFU"),
        ("IVE", "VTC"),
        *(("PolyU HK", "PolyU"), ("HK Poly U", "PolyU"), ("HKPolyU", "PolyU"), ("理工大", "PolyU")),
        *(("香港科大", "HKUST"), ("香港城市大", "CityU"), ("City University of HK", "CityU")),
        *(("IVE (Tsing Yi)", "VTC"), ("IVE Chai Wan", "VTC"), ("香港專業教育學院（青衣）", "VTC")),
        *(("H.K.U.", "HKU"), ("C.U.H.K.", "CUHK"), ("University of HK", "HKU")),
        ("香港理工大學 The Hong Kong Polytechnic University", "PolyU"),
        ("The University of Hong Kong / 香港大學", "HKU"),
    ],
)
def test_a_name_in_use_finds_its_institution(text: str, code: str) -> None:
    assert SEED.resolve(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hong Kong",
        "CUHK (Shenzhen)",
        "香港中文大學（深圳）",
        *("CUHK Shenzhen", "香港中文大學深圳", "HKUST (Guangzhou)", "HKUST GZ", "Beijing Poly U"),
        *("北京理工大學", "香港理工大學 清華大學", "中山大", "大", "HK", "香港", "H K"),
        "University of Edinburgh",
        "清华大学",
        "HKU / CUHK",
        "Poly",
        "University",
    ],
)
def test_a_name_that_is_not_one_of_ours_is_never_guessed(text: str) -> None:
    assert SEED.resolve(text) is None


def test_every_name_finds_its_own_institution_and_codes_are_unique() -> None:
    found = [(SEED.resolve(name), each.code) for each in INSTITUTIONS for name in each.names()]

    assert [pair for pair in found if pair[0] != pair[1]] == []
    assert len(CODES) == len(INSTITUTIONS)


@pytest.mark.parametrize("text", ["poly", "理大", "理工", "POLYTECHNIC"])
def test_part_of_a_name_finds_the_polytechnic_university(text: str) -> None:
    assert "PolyU" in SEED.search(text)


def test_a_search_for_a_former_name_finds_the_institution_of_today() -> None:
    assert SEED.search("open university") == ("HKMU",)


@given(st.text())
def test_any_text_resolves_to_a_code_on_the_list_or_to_nothing(text: str) -> None:
    assert SEED.resolve(text) in {None, *CODES}


@given(st.text())
def test_folding_a_folded_text_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
