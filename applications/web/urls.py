"""Addresses of the applicant's pages."""

from django.urls import path

from applications.web import institutions, views

app_name = "applications"
urlpatterns = [
    path("privacy", views.privacy, name="privacy"),
    path("institutions", institutions.search, name="institutions"),
    path("apply/<slug:cohort_slug>", views.StartView.as_view(), name="apply"),
    path("applications/<slug:reference>", views.DetailView.as_view(), name="detail"),
    path(
        "applications/<slug:reference>/edit/<slug:section>", views.EditView.as_view(), name="edit"
    ),
    path("applications/<slug:reference>/save", views.SaveView.as_view(), name="save"),
    path("applications/<slug:reference>/check", views.CheckView.as_view(), name="check"),
    path("applications/<slug:reference>/submit", views.SubmitView.as_view(), name="submit"),
    path(
        "applications/<slug:reference>/submitted", views.SubmittedView.as_view(), name="submitted"
    ),
    path("applications/<slug:reference>/withdraw", views.WithdrawView.as_view(), name="withdraw"),
]
