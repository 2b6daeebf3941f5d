"""Addresses of the applicant's pages."""

from django.urls import path

from applications.web import checker, documents, filling, institutions, texts, views

app_name = "applications"
urlpatterns = [
    path("privacy", texts.privacy, name="privacy"),
    path("privacy/<slug:version>", texts.privacy, name="privacy_version"),
    path("cohorts/<slug:slug>/check", checker.check, name="checker"),
    path("institutions", institutions.search, name="institutions"),
    path("apply/<slug:cohort_slug>", views.StartView.as_view(), name="apply"),
    path("applications/<slug:reference>", views.DetailView.as_view(), name="detail"),
    path(
        "applications/<slug:reference>/edit/<slug:section>", filling.EditView.as_view(), name="edit"
    ),
    path("applications/<slug:reference>/save", filling.SaveView.as_view(), name="save"),
    path("applications/<slug:reference>/check", filling.CheckView.as_view(), name="check"),
    path("applications/<slug:reference>/submit", filling.SubmitView.as_view(), name="submit"),
    path(
        "applications/<slug:reference>/submitted", filling.SubmittedView.as_view(), name="submitted"
    ),
    path("applications/<slug:reference>/withdraw", views.WithdrawView.as_view(), name="withdraw"),
    path("applications/<slug:reference>/consents", views.ConsentsView.as_view(), name="consents"),
    path("applications/<slug:reference>/accept", views.AcceptView.as_view(), name="accept"),
    path(
        "applications/<slug:reference>/versions/<int:number>",
        views.VersionView.as_view(),
        name="version",
    ),
    path("applications/<slug:reference>/cv", documents.CvView.as_view(), name="cv"),
    path("documents/<uuid:uuid>", documents.document, name="document"),
]
