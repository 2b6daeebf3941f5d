"""What matching adds to a person's story."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.story import Chapter, Fact
from matching.models.offers import Offer

TITLE = gettext_lazy("Offers")


def tell(application_ids: Sequence[int]) -> Chapter:
    """Every offer to these people, how it stands and until when; one query."""
    offers = list(
        Offer.objects.filter(application__in=application_ids)
        .select_related("opportunity__company")
        .order_by("sent_at", "pk")
    )
    return Chapter(
        TITLE,
        [_fact(offer) for offer in offers],
        objects={Offer._meta.label_lower: [offer.pk for offer in offers]},
    )


def _fact(offer: Offer) -> Fact:
    return Fact(
        at=offer.sent_at,
        what=_("Offer of %(company)s") % {"company": offer.opportunity.company},
        detail=f"{offer.opportunity} · {offer.get_state_display()}",
        url=reverse("admin:matching_offer_change", args=[offer.pk]),
    )
