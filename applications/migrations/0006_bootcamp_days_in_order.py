"""Bootcamp days come after the shortlist and not after the mini-projects are due."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0005_versions_never_change"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="cohort",
            constraint=models.CheckConstraint(
                condition=models.Func(
                    models.Func(
                        models.F("shortlist_at"),
                        output_field=models.DateField(),
                        template="(%(expressions)s AT TIME ZONE 'Asia/Hong_Kong')::date",
                    ),
                    models.F("bootcamp_dates"),
                    arg_joiner=" < ALL (",
                    output_field=models.BooleanField(),
                    template="(%(expressions)s))",
                ),
                name="cohort_shortlist_then_bootcamp",
                violation_error_message="Every one of the “bootcamp days” must come after the day on which “shortlist is published”.",
            ),
        ),
        migrations.AddConstraint(
            model_name="cohort",
            constraint=models.CheckConstraint(
                condition=models.Func(
                    models.Func(
                        models.F("project_due_at"),
                        output_field=models.DateField(),
                        template="(%(expressions)s AT TIME ZONE 'Asia/Hong_Kong')::date",
                    ),
                    models.F("bootcamp_dates"),
                    arg_joiner=" >= ALL (",
                    output_field=models.BooleanField(),
                    template="(%(expressions)s))",
                ),
                name="cohort_bootcamp_then_project",
                violation_error_message="None of the “bootcamp days” may come after the day on which “mini-projects are due”.",
            ),
        ),
    ]
