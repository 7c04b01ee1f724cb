"""The addresses of the product and the floor pages that they are measured against."""

from django.urls import include, path

from bench.floor import bureau_floor, dashboard_floor, dues_floor, grid_floor

urlpatterns = [
    path("floor/dashboard/", dashboard_floor),
    path("floor/bureau/<int:pk>/", bureau_floor),
    path("floor/dues/", dues_floor),
    path("floor/grid/<int:pk>/", grid_floor),
    path("", include("config.urls")),
]
