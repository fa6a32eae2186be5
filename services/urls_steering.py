"""The addresses of the dashboards, and of the public key figures."""

from django.urls import path

from services.views import key_figures, steering

urlpatterns = [
    path("pilotage/", steering.steering, name="steering"),
    path("pilotage/demandes/", steering.steering_requests, name="steering_requests"),
    path("pilotage/demandes/<str:code>/", steering.steering_request, name="steering_request"),
    path("pilotage/<slug:code>.csv", steering.steering_csv, name="steering_csv"),
    path("indicateurs/", key_figures.key_figures, name="key_figures"),
]
