"""Every address of the house."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from dtt.web import views

handler400 = "dtt.web.errors.bad_request"
handler403 = "dtt.web.errors.forbidden"
handler404 = "dtt.web.errors.not_found"
handler500 = "dtt.web.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.landing, name="landing"),
    path("home", views.home, name="home"),
    path("health", views.health, name="health"),
    path("language", views.language, name="choose_language"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("account/", include("allauth.account.urls")),
    path("staff/", admin.site.urls),
]
