"""The addresses of coverage."""

from django.urls import path

from steering.coverage.views import coverage

urlpatterns = [
    path("pilotage/couverture/", coverage.coverage, name="coverage"),
    path("pilotage/couverture.csv", coverage.coverage_csv, name="coverage_csv"),
    path("pilotage/couverture/a-traiter/", coverage.coverage_findings, name="coverage_findings"),
    path("pilotage/couverture/<slug:slug>/", coverage.coverage_topic, name="coverage_topic"),
    path("pilotage/couverture/<slug:slug>/<str:key>/", coverage.coverage_cell, name="coverage_cell"),
]
