"""What the programme teaches unless a cohort says otherwise: four modules and their lessons. Data.

Seventeen lessons: with three slots on each of six days one slot stays free for the presentations.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """The same in English and in Chinese."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Module:
    title: Text
    description: Text
    lessons: tuple[Text, ...]


CURRICULUM = (
    Module(
        Text(
            "Introduction to Artificial Intelligence and Common Machine Learning Algorithms",
            "人工智能入門與常用機器學習演算法",
        ),
        Text(
            "What learning from data means, how to split data honestly, and the methods that "
            "solve most problems: regression, trees, neighbours, clusters.",
            "甚麼是從數據學習、如何誠實地分割數據，以及能解決大部分問題的方法："
            "迴歸、決策樹、近鄰和分群。",
        ),
        (
            Text("What machines learn from data", "機器如何從數據學習"),
            Text("Regression and classification", "迴歸與分類"),
            Text("Trees and ensembles", "決策樹與集成方法"),
            Text("Clusters and dimensions", "分群與降維"),
            Text("Measuring a model honestly", "誠實地評估模型"),
        ),
    ),
    Module(
        Text("Essential Skills to Build AI Application", "建構人工智能應用的必要技能"),
        Text(
            "From a notebook to something that others can use: data handling, version control, "
            "a small service, and what may go wrong with people's data.",
            "由筆記本到別人可以使用的成品：數據處理、版本控制、小型服務，"
            "以及處理他人資料時可能出現的問題。",
        ),
        (
            Text("Data handling with NumPy and pandas", "以 NumPy 和 pandas 處理數據"),
            Text("Version control and working together", "版本控制與協作"),
            Text("From a notebook to a service", "由筆記本到服務"),
            Text("Privacy, bias and licences", "私隱、偏差與授權"),
        ),
    ),
    Module(
        Text(
            "Artificial Neural Networks and Fundamentals of Deep Learning Algorithms",
            "人工神經網絡與深度學習演算法基礎",
        ),
        Text(
            "Neurons, back-propagation, convolution and attention: how deep networks work, "
            "how they are trained and how they fail.",
            "神經元、反向傳播、卷積和注意力機制：深度網絡如何運作、如何訓練，又會怎樣失敗。",
        ),
        (
            Text("Neurons, layers and back-propagation", "神經元、層與反向傳播"),
            Text("Training that converges", "令訓練收斂"),
            Text("Convolutional networks", "卷積網絡"),
            Text("Sequences and attention", "序列與注意力機制"),
        ),
    ),
    Module(
        Text("Deep Learning Mini Project Implementation", "深度學習小型專題實作"),
        Text(
            "Your own project in computer vision or data science: question, data, baseline, "
            "experiment, demonstration.",
            "完成自己的電腦視覺或數據科學專題：問題、數據、基準、實驗和示範。",
        ),
        (
            Text("A question, its data and a baseline", "問題、數據與基準"),
            Text("Experiments that answer it", "能回答問題的實驗"),
            Text("Workshop: your project", "工作坊：你的專題"),
            Text("Demonstration and rehearsal", "示範與綵排"),
        ),
    ),
)

SLOT_TIMES = (("09:30", "12:00"), ("13:00", "15:00"), ("15:30", "17:30"))
"""Begin and end of the slots of a bootcamp day, in Hong Kong."""
