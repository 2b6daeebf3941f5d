"""`/quiz/…`: start, sit, submit."""

from django.urls import path

from quiz.web import noticing, saving, views

app_name = "quiz"

urlpatterns = [
    path("<slug:reference>/start", views.StartView.as_view(), name="start"),
    path("<slug:reference>", views.AttemptView.as_view(), name="attempt"),
    path("<slug:reference>/save", saving.save, name="save"),
    path("<slug:reference>/notice", noticing.notice, name="notice"),
    path("<slug:reference>/submit", views.SubmitView.as_view(), name="submit"),
    path("<slug:reference>/done", views.DoneView.as_view(), name="done"),
]
