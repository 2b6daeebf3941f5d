"""The sheet that judges fill in, unless a cohort says otherwise. Data.

Anchors say what a 1, a 3 and a 5 look like; 2 and 4 lie between them.
"""

from typing import Any

ACADEMIC_HONESTY = "academic-honesty"
GATES = (ACADEMIC_HONESTY,)

CRITERIA: tuple[dict[str, Any], ...] = (
    {
        "name": "soundness",
        "weight": 30,
        "title": {"en": "Technical soundness", "zh": "技術是否穩妥"},
        "anchors": {
            "1": {
                "en": "The method does not fit the question, or it does not run.",
                "zh": "方法與問題不符，或程式未能運行。",
            },
            "3": {
                "en": "A fitting method, correctly applied, with gaps in the reasons.",
                "zh": "方法合適、運用正確，但理據尚有缺漏。",
            },
            "5": {
                "en": "Chosen among alternatives for stated reasons, correct throughout.",
                "zh": "比較過不同方法並說明選擇理由，全部正確。",
            },
        },
    },
    {
        "name": "rigour",
        "weight": 20,
        "title": {"en": "Data and experiment rigour", "zh": "數據與實驗是否嚴謹"},
        "anchors": {
            "1": {
                "en": "No held-out data, or the result cannot be reproduced.",
                "zh": "沒有保留測試數據，或結果無法重現。",
            },
            "3": {
                "en": "Held-out data and a baseline; little analysis of errors.",
                "zh": "有測試數據和基準，但甚少分析錯誤。",
            },
            "5": {
                "en": "Leak-free split, fair baseline, uncertainty and errors examined.",
                "zh": "數據分割沒有洩漏，基準公平，並檢視了不確定性和錯誤。",
            },
        },
    },
    {
        "name": "demo",
        "weight": 20,
        "title": {"en": "Working demo", "zh": "示範是否可用"},
        "anchors": {
            "1": {"en": "Nothing that runs is shown.", "zh": "沒有展示可運行的成品。"},
            "3": {
                "en": "Runs on prepared examples.",
                "zh": "能在預先準備的例子上運行。",
            },
            "5": {
                "en": "Runs on new input, and shows where it fails.",
                "zh": "能處理新的輸入，並展示會失敗的情況。",
            },
        },
    },
    {
        "name": "impact",
        "weight": 15,
        "title": {"en": "Impact", "zh": "影響"},
        "anchors": {
            "1": {"en": "Nobody is named who would use it.", "zh": "沒有說明誰會使用。"},
            "3": {
                "en": "A plausible user and need, not examined further.",
                "zh": "提出合理的使用者和需要，但未有深究。",
            },
            "5": {
                "en": "A real need, with evidence that this meets it.",
                "zh": "有真實需要，並有證據證明能滿足需要。",
            },
        },
    },
    {
        "name": "communication",
        "weight": 15,
        "title": {"en": "Communication", "zh": "表達"},
        "anchors": {
            "1": {
                "en": "One cannot tell what was done.",
                "zh": "看不出做了甚麼。",
            },
            "3": {
                "en": "Clear to somebody who knows the field.",
                "zh": "熟悉這個領域的人看得明白。",
            },
            "5": {
                "en": "Clear to a manager and to an engineer, limits included.",
                "zh": "管理人員和工程師都看得明白，並說明限制。",
            },
        },
    },
)
