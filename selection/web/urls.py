"""`/places/…`: results, and the reply to an offered place."""

from django.urls import path

from selection.web import views

app_name = "selection"

urlpatterns = [
    path("<slug:reference>", views.result, name="result"),
    path("<slug:reference>/confirm", views.confirm, name="confirm"),
    path("<slug:reference>/appeal/<slug:step>", views.appeal, name="appeal"),
    path("<slug:reference>/decline", views.decline, name="decline"),
]
