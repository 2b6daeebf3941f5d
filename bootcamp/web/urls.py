"""Addresses of participants and trainers, mounted at bootcamp/."""

from django.urls import path

from bootcamp.web import views

app_name = "bootcamp"
urlpatterns = [
    path("sessions", views.sessions, name="sessions"),
    path("sessions/<uuid:session>", views.attendance, name="attendance"),
    path("<str:reference>/timetable", views.timetable, name="timetable"),
    path("<str:reference>/project", views.project, name="project"),
]
