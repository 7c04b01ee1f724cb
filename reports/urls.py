"""Every address of the site in one list, grouped by concept."""

from django.urls import URLPattern, URLResolver, path

from reports.views.people import PersonDetail, PersonList
from reports.views.units import BureauList

app_name = "reports"

urlpatterns: list[URLPattern | URLResolver] = [
    # Units
    path("bureaus/", BureauList.as_view(), name="bureau-list"),
    # People
    path("people/", PersonList.as_view(), name="person-list"),
    path("people/<int:pk>/", PersonDetail.as_view(), name="person-detail"),
]
