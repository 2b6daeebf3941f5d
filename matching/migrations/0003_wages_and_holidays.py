"""The minimum wage and the general holidays that are known today; staff keep them up to date."""

from datetime import date

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

WAGES = ((date(2025, 5, 1), 4210), (date(2026, 5, 1), 4310))
HOLIDAYS = (
    (date(2026, 12, 25), "Christmas Day", "聖誕節"),
    (date(2026, 12, 26), "The first weekday after Christmas Day", "聖誕節後第一個周日"),
    (date(2027, 1, 1), "The first day of January", "一月一日"),
    (date(2027, 2, 6), "Lunar New Year’s Day", "農曆年初一"),
    (date(2027, 2, 8), "The third day of Lunar New Year", "農曆年初三"),
    (date(2027, 2, 9), "The fourth day of Lunar New Year", "農曆年初四"),
    (date(2027, 3, 26), "Good Friday", "耶穌受難節"),
    (date(2027, 3, 27), "The day following Good Friday", "耶穌受難節翌日"),
    (date(2027, 3, 29), "Easter Monday", "復活節星期一"),
    (date(2027, 4, 5), "Ching Ming Festival", "清明節"),
    (date(2027, 5, 1), "Labour Day", "勞動節"),
    (date(2027, 5, 13), "The Birthday of the Buddha", "佛誕"),
    (date(2027, 6, 9), "Tuen Ng Festival", "端午節"),
    (date(2027, 7, 1), "HKSAR Establishment Day", "香港特別行政區成立紀念日"),
    (date(2027, 9, 16), "The day following the Mid-Autumn Festival", "中秋節翌日"),
    (date(2027, 10, 1), "National Day", "國慶日"),
    (date(2027, 10, 8), "Chung Yeung Festival", "重陽節"),
    (date(2027, 12, 25), "Christmas Day", "聖誕節"),
    (date(2027, 12, 27), "The first weekday after Christmas Day", "聖誕節後第一個周日"),
)


def add(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    wage = apps.get_model("matching", "MinimumWage")
    holiday = apps.get_model("matching", "PublicHoliday")
    wage.objects.bulk_create(wage(from_on=day, hourly_cents=cents) for day, cents in WAGES)
    holiday.objects.bulk_create(
        holiday(on=day, name_en=english, name_zh=chinese) for day, english, chinese in HOLIDAYS
    )


def remove(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("matching", "MinimumWage").objects.filter(
        from_on__in=[day for day, _ in WAGES]
    ).delete()
    apps.get_model("matching", "PublicHoliday").objects.filter(
        on__in=[day for day, _, _ in HOLIDAYS]
    ).delete()


class Migration(migrations.Migration):
    dependencies = [("matching", "0002_runs_are_immutable")]

    operations = [migrations.RunPython(add, remove)]
