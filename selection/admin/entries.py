"""Staff pages of entries: one person in one run, as the run has them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.staff import RoleAdmin
from selection import sources
from selection.models import Entry
from selection.templatetags.scores import own_score
from selection.wording import say_score


@admin.register(Entry)
class EntryAdmin(RoleAdmin):
    """Every person in every run, to look up."""

    list_display = ["application", "selection", "position", "rank", "says_score", "outcome",
                    "reserve_position", "seat", "reply", "reply_by"]  # fmt: skip
    list_filter = ["outcome", "reply", "selection__step", "selection__state", "selection__cohort",
                   "application__stage"]  # fmt: skip
    list_select_related = ["application", "selection__cohort"]
    search_fields = ["application__reference", "application__user__email",
                     "application__surname_en", "application__given_en"]  # fmt: skip
    fields = ["selection", "application", "outcome", "position", "rank", "says_score",
              "says_scores", "lottery", "reserve_position", "first_in_turn", "seat", "offers",
              "offered_at", "reply_by", "reminders", "reply", "replied_at", "left_as"]  # fmt: skip
    readonly_fields = fields
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        return super().get_queryset(request).defer("selection__inputs")

    @display(description=_("score"), ordering="score")
    def says_score(self, entry: Entry) -> str:
        return say_score(entry.score)

    @display(description=_("scores"))
    def says_scores(self, entry: Entry) -> SafeString:
        named = ((sources.title_of(name), own_score(entry, name)) for name in entry.scores)
        return format_html_join("", '<span class="block">{}: {}</span>', named)
