"""Addresses of judges, mounted at judging/."""

from django.urls import path

from bootcamp.web import judging_views as views

app_name = "judging"
urlpatterns = [
    path("", views.home, name="home"),
    path("conflicts/<slug:cohort>", views.conflicts, name="conflicts"),
    path("projects/<uuid:assignment>", views.mark, name="mark"),
    path("projects/<uuid:assignment>/conflict", views.give_back, name="give_back"),
]
