"""Made-up partner companies with what they offer. None of them is a real firm."""

from dataclasses import dataclass

from matching.models import Opportunity, Sector

K, T, B = Opportunity.Kind, Opportunity.Track, Opportunity.PayBasis


@dataclass(frozen=True, slots=True)
class Post:
    """An opportunity of a company; texts in English and Chinese, pay in cents."""

    kind: str
    track: str
    title: tuple[str, str]
    about: tuple[str, str]
    vacancies: int
    pay_cents: int

    @property
    def basis(self) -> str:
        return B.HOURLY if self.pay_cents < 100_000 else B.MONTHLY


@dataclass(frozen=True, slots=True)
class Partner:
    """A company."""

    slug: str
    name: tuple[str, str]
    sector: str
    place: tuple[str, str]
    about: tuple[str, str]
    posts: tuple[Post, ...]


def _job(
    track: str, title: tuple[str, str], about: tuple[str, str], vacancies: int, dollars: int
) -> Post:
    return Post(K.JOB, track, title, about, vacancies, dollars * 100)


def _internship(
    track: str, title: tuple[str, str], about: tuple[str, str], vacancies: int, dollars: int
) -> Post:
    return Post(K.INTERNSHIP, track, title, about, vacancies, dollars * 100)


PARTNERS = (
    Partner(
        "harbour-robotics",
        ("Harbour Robotics", "海港機械人"),
        Sector.ROBOTICS,
        ("Tai Po", "大埔"),
        ("Robot arms that pack fragile goods.", "開發包裝易碎貨品的機械臂。"),
        (
            _job(
                T.VISION,
                ("Vision engineer", "視覺工程師"),
                ("Teach our arms to see where a parcel ends.", "教機械臂辨認包裹的邊緣。"),
                2,
                24_000,
            ),
            _internship(
                T.VISION,
                ("Camera calibration intern", "相機校準實習生"),
                ("Measure and reduce the error of twelve cameras.", "量度並減少十二部相機的誤差。"),
                2,
                75,
            ),
        ),
    ),
    Partner(
        "lantern-health",
        ("Lantern Health Data", "燈籠健康數據"),
        Sector.HEALTH,
        ("Sha Tin", "沙田"),
        ("Fewer missed clinic appointments.", "減少診所的爽約情況。"),
        (
            _job(
                T.DATA_SCIENCE,
                ("Junior data scientist", "初級數據科學家"),
                ("Forecast how many people a clinic will see.", "預測診所的求診人數。"),
                2,
                23_500,
            ),
            _internship(
                T.EITHER,
                ("Health records intern", "健康紀錄實習生"),
                ("Find and explain gaps in anonymous records.", "找出並解釋匿名紀錄中的缺漏。"),
                2,
                70,
            ),
        ),
    ),
    Partner(
        "kestrel-ledger",
        ("Kestrel Ledger", "紅隼賬務科技"),
        Sector.FINANCE,
        ("Central", "中環"),
        ("Bookkeeping for small shops.", "為小店處理賬務。"),
        (
            _job(
                T.DATA_SCIENCE,
                ("Machine learning analyst", "機器學習分析員"),
                ("Sort receipts into accounts.", "把收據分類入賬。"),
                2,
                25_000,
            ),
            _job(
                T.VISION,
                ("Document reading engineer", "文件識別工程師"),
                ("Read crumpled receipts in two languages.", "識別皺摺的中英文收據。"),
                1,
                26_000,
            ),
        ),
    ),
    Partner(
        "long-bay-logistics",
        ("Long Bay Logistics", "長灣物流"),
        Sector.LOGISTICS,
        ("Kwai Chung", "葵涌"),
        ("Containers that arrive when we say.", "令貨櫃準時到達。"),
        (
            _job(
                T.DATA_SCIENCE,
                ("Forecasting analyst", "預測分析員"),
                ("Predict when a ship will berth.", "預測船隻靠泊的時間。"),
                3,
                22_000,
            ),
            _internship(
                T.VISION,
                ("Yard imaging intern", "貨場影像實習生"),
                ("Count containers from a mast.", "從高處的影像點算貨櫃。"),
                2,
                68,
            ),
        ),
    ),
    Partner(
        "brickline",
        ("Brickline Building Data", "磚線建築數據"),
        Sector.BUILDINGS,
        ("Kwun Tong", "觀塘"),
        ("Safer scaffolds and drier walls.", "令棚架更安全、牆身更乾爽。"),
        (
            _job(
                T.VISION,
                ("Inspection model engineer", "巡查模型工程師"),
                ("Find cracks in photographs of façades.", "從外牆照片找出裂縫。"),
                2,
                24_500,
            ),
            _internship(
                T.EITHER,
                ("Site data intern", "地盤數據實習生"),
                ("Make a year of sensor readings usable.", "整理一整年的感應器讀數。"),
                2,
                72,
            ),
        ),
    ),
    Partner(
        "tidewater-energy",
        ("Tidewater Energy Systems", "潮汐能源系統"),
        Sector.ENERGY,
        ("Tseung Kwan O", "將軍澳"),
        ("Cooling that wastes less.", "減少製冷的浪費。"),
        (
            _job(
                T.DATA_SCIENCE,
                ("Load modelling engineer", "負荷模型工程師"),
                ("Model the load of forty buildings.", "為四十座大廈的用電負荷建立模型。"),
                2,
                25_500,
            ),
            _internship(
                T.DATA_SCIENCE,
                ("Metering intern", "電錶數據實習生"),
                ("Tell a broken meter from an empty flat.", "分辨壞錶與空置單位。"),
                2,
                71,
            ),
        ),
    ),
    Partner(
        "openleaf",
        ("Openleaf Learning", "開葉學習"),
        Sector.EDUCATION,
        ("Wan Chai", "灣仔"),
        ("Exercises that fit the pupil.", "配合學生程度的練習。"),
        (
            _job(
                T.EITHER,
                ("Learning analytics developer", "學習分析開發員"),
                ("Choose the next exercise for a pupil.", "為學生挑選下一道練習。"),
                2,
                21_500,
            ),
            _internship(
                T.EITHER,
                ("Teaching tools intern", "教學工具實習生"),
                ("Build small tools with teachers.", "與老師一起製作小工具。"),
                2,
                66,
            ),
        ),
    ),
    Partner(
        "market-lane",
        ("Market Lane Retail Lab", "市集零售實驗室"),
        Sector.RETAIL,
        ("Mong Kok", "旺角"),
        ("Less food thrown away.", "減少丟棄食物。"),
        (
            _job(
                T.DATA_SCIENCE,
                ("Demand planning analyst", "需求規劃分析員"),
                ("Order bread for sixty shops.", "為六十間店舖訂購麵包。"),
                2,
                22_500,
            ),
            _internship(
                T.VISION,
                ("Shelf imaging intern", "貨架影像實習生"),
                ("See which shelf is empty.", "辨認空置的貨架。"),
                2,
                67,
            ),
        ),
    ),
    Partner(
        "two-scripts",
        ("Two Scripts Language", "雙文語言科技"),
        Sector.MEDIA,
        ("Pok Fu Lam", "薄扶林"),
        ("Subtitles in the words people use.", "用人們日常的說話製作字幕。"),
        (
            _job(
                T.EITHER,
                ("Language model engineer", "語言模型工程師"),
                ("Write Cantonese the way it is spoken.", "寫出貼近口語的粵語。"),
                2,
                26_500,
            ),
            _internship(
                T.DATA_SCIENCE,
                ("Corpus intern", "語料庫實習生"),
                ("Clean and describe a corpus.", "整理並說明語料庫。"),
                2,
                69,
            ),
        ),
    ),
    Partner(
        "ridge-optics",
        ("Ridge Optics Inspection", "山脊光學檢測"),
        Sector.ROBOTICS,
        ("Fo Tan", "火炭"),
        ("Lenses without scratches.", "找出鏡片上的刮痕。"),
        (
            _job(
                T.VISION,
                ("Defect detection engineer", "瑕疵檢測工程師"),
                ("Find scratches thinner than a hair.", "找出比頭髮還幼的刮痕。"),
                1,
                27_000,
            ),
            _internship(
                T.VISION,
                ("Labelling tools intern", "標註工具實習生"),
                ("Make labelling twice as fast.", "令標註工作快一倍。"),
                1,
                73,
            ),
        ),
    ),
    Partner(
        "granite-cover",
        ("Granite Cover", "花崗保障"),
        Sector.FINANCE,
        ("Quarry Bay", "鰂魚涌"),
        ("Claims paid in a day.", "一天內完成賠償。"),
        (
            _job(
                T.DATA_SCIENCE,
                ("Claims modelling analyst", "索償模型分析員"),
                ("Say which claims need a person.", "判斷哪些索償需要人手處理。"),
                2,
                24_000,
            ),
            _internship(
                T.EITHER,
                ("Fair models intern", "公平模型實習生"),
                ("Test our models for unfairness.", "測試模型是否公平。"),
                1,
                74,
            ),
        ),
    ),
    Partner(
        "slipway-ferries",
        ("Slipway Ferries", "船台渡輪"),
        Sector.LOGISTICS,
        ("Sai Wan", "西環"),
        ("Ferries that do not leave people behind.", "不讓乘客滯留的渡輪服務。"),
        (
            _job(
                T.EITHER,
                ("Passenger flow analyst", "客流分析員"),
                ("Foresee the queue on a public holiday.", "預計公眾假期的排隊人數。"),
                1,
                21_000,
            ),
            _internship(
                T.VISION,
                ("Pier camera intern", "碼頭影像實習生"),
                ("Count people without knowing who they are.", "在不辨認身份的情況下點算人數。"),
                2,
                65,
            ),
        ),
    ),
)
PURPOSE = (
    "We use your profile to decide whom to rank for this opportunity, and for nothing else. "
    "We delete it when the match is over, unless you accept an offer.",
    "我們只會用你的個人檔案決定此職位的排序，不作其他用途。"
    "除非你接受聘約，配對結束後我們會刪除檔案。",
)
CONDITIONS = {
    K.JOB: (
        "Full time, three months’ probation. The company checks that you may take up the work.",
        "全職，試用期三個月。公司會核實你可以在港工作。",
    ),
    K.INTERNSHIP: (
        "Part time. If you hold a student visa, check with your institution first.",
        "兼職。如持有學生簽證，請先向院校查詢。",
    ),
}
HOURS = {K.JOB: 40, K.INTERNSHIP: 20}
