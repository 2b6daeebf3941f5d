"""The addresses of the staff's own pages about a quiz, beside its change page."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path

from quiz.web.staff import monitor, noticed, practising


def pages_of(site: AdminSite) -> list[URLPattern]:
    """Every page, behind the sign-in of the staff site."""
    return [
        path("<int:pk>/noticed/", site.admin_view(noticed.quiz_view), name="quiz_noticed"),
        path("<int:pk>/compare/", site.admin_view(noticed.compare_view), name="quiz_compare"),
        path("sittings/<int:pk>/", site.admin_view(noticed.sitting_view), name="quiz_sitting"),
        path("cases/<int:pk>/decide/", site.admin_view(noticed.decide_view), name="quiz_decide"),
        path("<int:pk>/monitor/", site.admin_view(monitor.page_view), name="quiz_monitor"),
        path("<int:pk>/monitor/live/", site.admin_view(monitor.live_view), name="quiz_live"),
        path("<int:pk>/watch/", site.admin_view(monitor.watch_view), name="quiz_watch"),
        path("practice/", site.admin_view(practising.page_view), name="quiz_practice"),
    ]
