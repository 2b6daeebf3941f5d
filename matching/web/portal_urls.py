"""`/companies/…`: the pages of recruiters."""

from django.urls import path

from matching.web import portal, portal_offers

app_name = "portal"

urlpatterns = [
    path("", portal.home, name="home"),
    path("undertaking", portal.undertaking, name="undertaking"),
    path("rankings/<slug:reference>", portal.rank, name="rank"),
    path("offers/<slug:reference>/withdraw", portal_offers.withdraw_offer, name="withdraw_offer"),
    path("<slug:company_slug>/candidates", portal.candidates, name="candidates"),
    path("<slug:company_slug>/candidates/<slug:reference>", portal.candidate, name="candidate"),
    path("<slug:company_slug>/candidates/<slug:reference>/cv", portal.cv, name="cv"),
    path("<slug:company_slug>/offers", portal_offers.offers, name="offers"),
    path(
        "<slug:company_slug>/candidates/<slug:reference>/offer",
        portal_offers.send_offer,
        name="send_offer",
    ),
]
