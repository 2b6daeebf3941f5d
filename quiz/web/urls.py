"""`/quiz/…`: start, sit, submit."""

from django.urls import path

from quiz.web import saving, views

app_name = "quiz"

urlpatterns = [
    path("<slug:reference>/start", views.StartView.as_view(), name="start"),
    path("<slug:reference>", views.AttemptView.as_view(), name="attempt"),
    path("<slug:reference>/save", saving.save, name="save"),
    path("<slug:reference>/pass", saving.new_pass, name="pass"),
    path("<slug:reference>/resume", views.ResumeView.as_view(), name="resume"),
    path("<slug:reference>/submit", views.SubmitView.as_view(), name="submit"),
    path("<slug:reference>/done", views.DoneView.as_view(), name="done"),
]
