"""Addresses of the applicant's page."""

from django.urls import path

from monitoring.web import views

app_name = "monitoring"
urlpatterns = [
    path("<slug:reference>", views.QuestionsView.as_view(), name="questions"),
    path("<slug:reference>/remove", views.RemoveView.as_view(), name="remove"),
]
