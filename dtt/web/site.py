"""The staff site: the theme's, which makes the list of all tables only where it is looked at."""

from functools import partial

from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite


class StaffSite(UnfoldAdminSite):
    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> SimpleLazyObject:
        """All tables that this person may see, by room.

        Every page is given them and few look: the menu is our own (`dtt.web.staff`). To make them
        asks each table's four permissions.
        """
        return SimpleLazyObject(partial(super().get_app_list, request, app_label))


class StaffSiteConfig(AdminConfig):
    default_site = "dtt.web.site.StaffSite"
