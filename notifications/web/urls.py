"""Addresses of a person's messages."""

from django.urls import path

from notifications.web import views

app_name = "notifications"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read", views.read_all, name="read_all"),
    path("unsubscribe/<str:token>", views.unsubscribe, name="unsubscribe"),
    path("<uuid:uuid>", views.message, name="message"),
    path("<uuid:uuid>/read", views.read, name="read"),
]
