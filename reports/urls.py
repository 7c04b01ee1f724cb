"""Every address of the site in one list, grouped by concept."""

from django.urls import URLPattern, URLResolver, path

from reports.views.bureaus import BureauDetail, UnitDetail
from reports.views.dashboard import Dashboard
from reports.views.people import PersonDetail, PersonList
from reports.views.schedules import (
    ScheduleDetail,
    ScheduleEdit,
    ScheduleEnd,
    ScheduleList,
    ScheduleNew,
    ScheduleSetEdit,
)
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
    # Schedules
    path("schedules/", ScheduleList.as_view(), name="schedule-list"),
    path("schedules/new/", ScheduleNew.as_view(), name="schedule-new"),
    path("schedules/<int:pk>/", ScheduleDetail.as_view(), name="schedule-detail"),
    path("schedules/<int:pk>/edit/", ScheduleEdit.as_view(), name="schedule-edit"),
    path("schedules/<int:pk>/end/", ScheduleEnd.as_view(), name="schedule-end"),
    path("schedules/sets/<int:pk>/edit/", ScheduleSetEdit.as_view(), name="schedule-set-edit"),
]
