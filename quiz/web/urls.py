"""`/quiz/…`: start, sit, submit."""

from django.urls import path

from quiz.web import cases, feedback, images, noticing, practice, saving, views

app_name = "quiz"

urlpatterns = [
    path("images/<slug:reference>", images.image, name="image"),
    path("cases/<uuid:uuid>", cases.CaseView.as_view(), name="case"),
    path("<slug:reference>/start", views.StartView.as_view(), name="start"),
    path("<slug:reference>", views.AttemptView.as_view(), name="attempt"),
    path("<slug:reference>/save", saving.save, name="save"),
    path("<slug:reference>/notice", noticing.notice, name="notice"),
    path("<slug:reference>/practice", practice.StartView.as_view(), name="practice"),
    path(
        "<slug:reference>/practice/questions",
        practice.QuestionsView.as_view(),
        name="practice_questions",
    ),
    path(
        "<slug:reference>/practice/<int:number>/save",
        practice.SaveView.as_view(),
        name="practice_save",
    ),
    path("<slug:reference>/practice/result", practice.ResultView.as_view(), name="practice_result"),
    path("<slug:reference>/feedback", feedback.feedback, name="feedback"),
    path("<slug:reference>/pass", saving.new_pass, name="pass"),
    path("<slug:reference>/resume", views.ResumeView.as_view(), name="resume"),
    path("<slug:reference>/submit", views.SubmitView.as_view(), name="submit"),
    path("<slug:reference>/done", views.DoneView.as_view(), name="done"),
]
