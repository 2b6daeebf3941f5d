"""`/matching/…`: a finalist's opportunities, consents, ranking, result and offers."""

from django.urls import path

from matching.web import views

app_name = "matching"

urlpatterns = [
    path("offers/<slug:reference>", views.offer, name="offer"),
    path("<slug:reference>", views.opportunities, name="opportunities"),
    path("<slug:reference>/preview", views.preview, name="preview"),
    path("<slug:reference>/consent/<slug:company_slug>", views.consent, name="consent"),
    path("<slug:reference>/rank", views.rank, name="rank"),
    path("<slug:reference>/result", views.result, name="result"),
]
