"""Places of study and what people call them."""

from collections.abc import Mapping

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.languages import in_this_language


class InstitutionQuerySet(models.QuerySet["Institution"]):
    """Named subsets of institutions."""

    def listed(self) -> "InstitutionQuerySet":
        """Those that can be chosen: not merged into another one."""
        return self.filter(merged_into__isnull=True)


class Institution(models.Model):
    """A place of study, with the name it bears in each language."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    name_en = models.CharField(_("name (English)"), max_length=150)
    name_zh = models.CharField(_("name (Chinese)"), max_length=150)

    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("now listed as")
    )

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        ordering = ["name_en"]
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="institution_not_merged_into_itself",
            )
        ]

    def __str__(self) -> str:
        return in_this_language(self.name_en, self.name_zh)

    def resolved(self, among: "Mapping[int, Institution]") -> "Institution":
        """What it was merged into, in the end; itself if it was not.

        Args:
            among: every institution by its row id.
        """
        found = self
        while found.merged_into_id is not None:
            found = among[found.merged_into_id]
        return found


class InstitutionAlias(models.Model):
    """Another name of an institution: short, colloquial, in the other language, or a former one."""

    institution = models.ForeignKey(
        Institution, models.CASCADE, related_name="aliases", verbose_name=_("institution")
    )
    name = models.CharField(_("name"), max_length=150)
    # `applications.institutions.key` of the name: a name leads to one institution.
    key = models.CharField(_("key"), max_length=150, unique=True, editable=False)
    until = models.PositiveSmallIntegerField(
        _("until the year"), null=True, blank=True, help_text=_("For a name that was given up.")
    )

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
