"""`/quiz/…`: start, sit, submit."""

from django.urls import path

from quiz.web import images, saving, views

app_name = "quiz"

urlpatterns = [
    path("images/<slug:reference>", images.image, name="image"),
    path("<slug:reference>/start", views.StartView.as_view(), name="start"),
    path("<slug:reference>", views.AttemptView.as_view(), name="attempt"),
    path("<slug:reference>/save", saving.save, name="save"),
    path("<slug:reference>/submit", views.SubmitView.as_view(), name="submit"),
    path("<slug:reference>/done", views.DoneView.as_view(), name="done"),
]
