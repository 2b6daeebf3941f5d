"""Take questions out of the bank: the list as it was filtered, a format, a reason."""

from collections import defaultdict

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters, ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.errors import Refused
from accounts.languages import Language
from accounts.web.staff import allowed
from quiz.domain.exporting import ExportedItems, export_items, look_at_export
from quiz.formats.registry import FORMATS
from quiz.models import Item
from quiz.rules import exports_items
from quiz.web.staff.pages import UNPROCESSABLE, staff_page

SHOWN = 200


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=[(one.name, one.title) for one in FORMATS.values()],
        widget=UnfoldAdminSelectWidget,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=Language.choices,
        help_text=gettext_lazy("Of the texts. A CSV holds both languages side by side."),
        widget=UnfoldAdminSelectWidget,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("What the file is for. It is kept on the trail of each question."),
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
    )


def export(request: HttpRequest, items: "ModelAdmin[Item]") -> HttpResponse:
    """The questions of the list, as filtered in the address, as a file."""
    person = allowed(request, exports_items)
    try:
        chosen = items.get_changelist_instance(request).get_queryset(request)
    except IncorrectLookupParameters:
        return redirect("admin:quiz_item_export")
    ids = list(chosen.values_list("pk", flat=True))
    form = ExportForm(request.POST if request.method == "POST" else None)
    looked: ExportedItems | None = None
    if form.is_valid():
        wanted = {"format": form.cleaned_data["format"], "language": form.cleaned_data["language"]}
        looked = look_at_export(item_ids=ids, **wanted)
        if not looked.losses or request.POST.get("seen") == _seen(looked, **wanted):
            try:
                exported = export_items(
                    item_ids=ids,
                    reason=form.cleaned_data["reason"],
                    by=person,
                    now=timezone.now(),
                    **wanted,
                )
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                return _file(exported)
    told: dict[str, list[str]] = defaultdict(list)
    for loss in looked.losses if looked else ():
        said = _(loss.reason) % loss.params
        told[loss.item].append(
            _("Left out: %(reason)s") % {"reason": said} if loss.left_out else said
        )
    context = {
        "form": form,
        "count": len(ids),
        "looked": looked,
        "seen": _seen(looked, **wanted) if looked else "",
        "losses": [(item, " ".join(said)) for item, said in told.items()][:SHOWN],
        "more_losses": max(len(told) - SHOWN, 0),
    }
    status = UNPROCESSABLE if form.errors else 200
    return staff_page(request, "items_export", _("Export questions"), context, status=status)


def _seen(looked: ExportedItems, *, format: str, language: str) -> str:
    """What was shown of an export: another choice is shown anew."""
    return f"{format}/{language}/{looked.count}/{len(looked.losses)}"


def _file(exported: ExportedItems) -> HttpResponse:
    response = HttpResponse(exported.content, content_type=exported.content_type)
    response["Content-Disposition"] = f'attachment; filename="{exported.name}"'
    response["Cache-Control"] = "no-store"
    return response
