"""The addresses of the product and the floor pages that they are measured against."""

from django.urls import include, path

from bench.floor import (
    bureau_floor,
    dashboard_floor,
    dues_floor,
    grid_floor,
    meetings_floor,
    places_floor,
    problems_floor,
)

urlpatterns = [
    path("floor/dashboard/", dashboard_floor),
    path("floor/places/", places_floor),
    path("floor/bureau/<int:pk>/", bureau_floor),
    path("floor/dues/", dues_floor),
    path("floor/meetings/", meetings_floor),
    path("floor/problems/", problems_floor),
    path("floor/grid/<int:pk>/", grid_floor),
    path("", include("config.urls")),
]
