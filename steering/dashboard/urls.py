"""The addresses of the dashboard."""

from django.urls import path

from steering.dashboard import views as steering

urlpatterns = [
    path("pilotage/", steering.steering, name="steering"),
    path("pilotage/demandes/", steering.steering_requests, name="steering_requests"),
    path("pilotage/demandes/<str:code>/", steering.steering_request, name="steering_request"),
    path("pilotage/<slug:code>.csv", steering.steering_csv, name="steering_csv"),
]
