"""What is a consent, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.intake.consents import says_yes


@pytest.mark.parametrize(
    "text",
    [
        *("Yes", "yes ", "TRUE", "1", "✓", "是", "同意", "我同意", "我已阅读私隐通告"),
        "I accept the honour code",
        *("I have read the privacy notice and shall not share the questions", "Yes / 是"),
        *(
            "是 Yes",
            "Yes 我同意",
            "是的，我同意",
            "我已細閱",
            "本人已細閱並同意",
            "√",
            "✔️",
            "☑️",
            "☑ I agree",
        ),
        *("Yes, I agree", "Agree 同意", "I agree 我同意", "Yes (是)", "是/Yes", "我已閱讀及同意"),
        *("我已仔細閱讀私隱聲明", "I've read the notice", "I hereby agree", "Agreed."),
        *("I have read and agree", "已閱讀並同意", "我明白並同意", "I acknowledge", "I do"),
        *(
            "本人同意遵守誠信守則",
            "I agree to the honour code",
            "I agree not to share the questions",
        ),
        *(
            "我同意不會分享題目",
            "我同意不作弊",
            "I Accept / 我接受",
            "✅ Yes",
            "已細閱",
            "我已閱讀私隱政策聲明",
            "我們同意",
        ),
        *("有", "I consent", "Yes, I have read the notice.", "I have carefully read it"),
        "是，本人同意",
        *("Agree to the terms", "Accept all", "Yes, I've read it", "已阅读并同意", "確認並接受"),
    ],
)
def test_a_consent_is_given_in_so_many_words(text: str) -> None:
    assert says_yes(text) is True


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "No",
            "FALSE",
            "0",
            "maybe",
            "yes / no",
            "不同意",
            "我不同意",
            "否",
            "未閱讀",
            "不是",
        ),
        *("I do not accept the honour code", "I have not read it"),
        *("I have read but do not agree", "我已閱讀但不同意"),
        *("I have read the notice and I do not accept it", "I agree with nothing"),
        *("Yes I do not agree", "I don’t agree", "I have read it and refuse", "I decline"),
        *("拒絕", "我已閱讀，拒絕接受", "☐ I agree", "☒", "✗", "×", "I have read the notice; no"),
        *("I agree to none of it", "I have read it but disagree", "没有", "我没有同意"),
        *("I never agreed", "I accept nothing", "Yes?maybe", "我同意部分", "I have yet to read"),
        *(
            "同意嗎？我再考慮",
            "我已閱讀，惟未能接受",
            "I can't accept",
            "I cannot agree",
            "我唔同意",
            "n/a",
            "-",
        ),
        *("read it later", "I have read. Not accepted.", "I agree if paid"),
        *(
            "I will not agree",
            "不接受",
            "我已細閱，恕不同意",
            "I haven't read it",
            "I am reading it",
        ),
        *("我已閱讀通告並反對", "i have read it and I object", "同意 / 不同意", "Yes/No", "是/否"),
        "I agree, not",
        *("I agree in part", "I agree to some of it", "I accept conditionally", "我无法同意"),
        *(
            "consent form",
            "I agree subject to payment",
            "Yes, in part",
            "反对",
            "Yes I have questions",
        ),
    ],
)
def test_anything_in_doubt_is_not_consent(text: str) -> None:
    assert says_yes(text) is False


@pytest.mark.parametrize("refusal", ["but I do not agree", "; refused", "，但不同意", "，拒絕接受"])
@given(st.sampled_from(["Yes", "I agree", "I have read it", "是", "我同意", "本人已細閱"]))
def test_no_beginning_makes_a_refusal_a_consent(refusal: str, beginning: str) -> None:
    assert says_yes(f"{beginning} {refusal}") is False


@given(st.text())
def test_no_text_makes_a_reading_fail(text: str) -> None:
    assert says_yes(text) in {True, False}
