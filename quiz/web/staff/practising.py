"""The practice items: which there are, and the form that keeps items for practice."""

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quiz.domain.practice import ITEMS, set_practice
from quiz.models import Item, ItemVersion
from quiz.rules import reads_items
from quiz.web.staff.frame import act, require, show

MAX_CODES = 200


@require_http_methods(["GET", "HEAD", "POST"])
def page_view(request: HttpRequest) -> HttpResponse:
    require(request, reads_items)
    if request.method == "POST":
        typed = request.POST.get("codes", "").replace("\x00", "")
        codes = [code for line in typed.splitlines() if (code := line.strip())][:MAX_CODES]
        done = _("The items are marked.")
        keep = request.POST.get("action") != "give-back"
        act(request, done, set_practice, codes=codes, practice=keep)
        return redirect("admin:quiz_practice")
    usable = ItemVersion.objects.usable().filter(item=OuterRef("pk"))
    items = Item.objects.filter(practice=True).annotate(usable=Exists(usable)).order_by("code")
    return show(
        request,
        "admin/quiz/practice.html",
        title=_("Practice items"),
        items=items,
        most=ITEMS,
    )
