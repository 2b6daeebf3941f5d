"""Every address of the house."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from dtt.web import calendars, mailbox, staff_pages, views, watching
from monitoring.web.staff import equal_treatment
from notifications.web.hooks import mail_hook

# Roles, addresses and second factors have verbs that write to the trail; these pages would not.
for model in (EmailAddress, Authenticator, Group):
    admin.site.unregister(model)

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler400 = "dtt.web.errors.bad_request"
handler403 = "dtt.web.errors.forbidden"
handler404 = "dtt.web.errors.not_found"
handler429 = "dtt.web.errors.too_many"
handler500 = "dtt.web.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.landing, name="landing"),
    path("home", views.home, name="home"),
    path("cohorts/<slug:slug>", views.cohort, name="cohort"),
    path("cohorts/<slug:slug>/dates.ics", views.cohort_calendar, name="cohort_calendar"),
    path("calendar", calendars.page, name="calendar"),
    path("calendar/address", calendars.make, name="calendar_make"),
    path("calendar/no-address", calendars.revoke, name="calendar_revoke"),
    path("calendar/<str:token>.ics", calendars.feed, name="calendar_feed"),
    path("health", watching.whole, name="health"),
    path("health/live", watching.live, name="health_live"),
    path("metrics", watching.numbers, name="metrics"),
    path("language", views.language, name="choose_language"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("demo/mail", mailbox.mailbox, name="demo_mailbox"),
    path("account/", include("allauth.account.urls")),
    path("account/second-factor/", include("accounts.web.second_factor_urls")),
    path("", include("applications.web.urls")),
    path("messages/", include("notifications.web.urls")),
    path("hooks/mail/<slug:service>", mail_hook, name="mail_hook"),
    path("quiz/", include("quiz.web.urls")),
    path("places/", include("selection.web.urls")),
    path("bootcamp/", include("bootcamp.web.urls")),
    path("judging/", include("bootcamp.web.judging_urls")),
    path("equal-opportunities/", include("monitoring.web.urls")),
    path("matching/", include("matching.web.urls")),
    path("companies/", include("matching.web.portal_urls")),
    path("staff/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path(
        "staff/cohort/<slug:slug>/",
        admin.site.admin_view(staff_pages.cohort),
        name="staff_cohort",
    ),
    path(
        "staff/equal-treatment/",
        admin.site.admin_view(equal_treatment),
        name="staff_equal_treatment",
    ),
    path("staff/health/", admin.site.admin_view(staff_pages.health_page), name="staff_health"),
    path("staff/", admin.site.urls),
]
