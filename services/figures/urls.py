"""The address of the public key figures."""

from django.urls import path

from services.figures import views as key_figures

urlpatterns = [
    path("indicateurs/", key_figures.key_figures, name="key_figures"),
]
