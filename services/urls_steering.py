"""The addresses of the dashboards, and of the public key figures."""

from django.urls import path

from services.views import coverage, key_figures, steering

urlpatterns = [
    path("pilotage/", steering.steering, name="steering"),
    path("pilotage/demandes/", steering.steering_requests, name="steering_requests"),
    path("pilotage/demandes/<str:code>/", steering.steering_request, name="steering_request"),
    path("pilotage/couverture/", coverage.coverage, name="coverage"),
    path("pilotage/couverture.csv", coverage.coverage_csv, name="coverage_csv"),
    path("pilotage/couverture/a-traiter/", coverage.coverage_findings, name="coverage_findings"),
    path("pilotage/couverture/<slug:slug>/", coverage.coverage_topic, name="coverage_topic"),
    path("pilotage/couverture/<slug:slug>/<str:key>/", coverage.coverage_cell, name="coverage_cell"),
    path("pilotage/<slug:code>.csv", steering.steering_csv, name="steering_csv"),
    path("indicateurs/", key_figures.key_figures, name="key_figures"),
]
