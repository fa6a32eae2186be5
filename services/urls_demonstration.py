"""The addresses that exist only in demonstration mode."""

from django.urls import path

from services.views import demonstration

urlpatterns = [
    path("", demonstration.demonstration, name="demonstration"),
    path("courriels/", demonstration.demonstration_mails, name="demonstration_mails"),
    path("courriels/<uuid:pk>/", demonstration.demonstration_mail, name="demonstration_mail"),
]
