"""Every address of the site in one list, grouped by concept."""

from django.urls import URLPattern, URLResolver, path

from reports.views.bureaus import BureauDetail, UnitDetail
from reports.views.dashboard import Dashboard
from reports.views.people import PersonDetail, PersonList
from reports.views.todo import Todo
from reports.views.units import BureauList

app_name = "reports"

urlpatterns: list[URLPattern | URLResolver] = [
    # What one sees first
    path("", Dashboard.as_view(), name="dashboard"),
    path("todo/", Todo.as_view(), name="todo"),
    # Units
    path("bureaus/", BureauList.as_view(), name="bureau-list"),
    path("bureaus/<int:pk>/", BureauDetail.as_view(), name="bureau-detail"),
    path("units/<int:pk>/", UnitDetail.as_view(), name="unit-detail"),
    # People
    path("people/", PersonList.as_view(), name="person-list"),
    path("people/<int:pk>/", PersonDetail.as_view(), name="person-detail"),
]
