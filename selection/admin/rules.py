"""The rules of lists: every version, and the page of each list on which a new one is set."""

from django.contrib import admin
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.staff import RoleAdmin
from accounts.web.staff import LINK
from selection.models import SelectionRule
from selection.plain_words import say_names, say_sum
from selection.rulebook import terms_of
from selection.web import rule_pages


@admin.register(SelectionRule)
class SelectionRuleAdmin(RoleAdmin):
    """Versions of the rules. A new one is set on the page of its list."""

    list_display = ["cohort", "step", "version", "of_list", "score", "ties", "tie_policy",
                    "reserves", "created_at", "created_by"]  # fmt: skip
    list_filter = ["step", "cohort"]
    list_select_related = ["cohort", "created_by"]

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "of/<slug:cohort>/<slug:step>/",
                self.admin_site.admin_view(rule_pages.rule),
                name="selection_selectionrule_of_list",
            ),
            *super().get_urls(),
        ]

    @admin.display(description=_("Score"))
    def score(self, rule: SelectionRule) -> str:
        return say_sum(terms_of(rule.cohort, rule.step, rule))

    @admin.display(description=_("Tie-breakers"))
    def ties(self, rule: SelectionRule) -> str:
        return say_names(rule.tie_breakers)

    @admin.display(description=_("The rule of this list"))
    def of_list(self, rule: SelectionRule) -> SafeString:
        url = reverse("admin:selection_selectionrule_of_list", args=[rule.cohort.slug, rule.step])
        return format_html('<a class="{}" href="{}">{}</a>', LINK, url, _("Look at it"))
