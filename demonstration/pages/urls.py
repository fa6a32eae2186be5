"""The addresses that exist only in demonstration mode."""

from django.urls import path

from demonstration.pages import views

urlpatterns = [
    path("demonstration/", views.demonstration, name="demonstration"),
    path("demonstration/courriels/", views.demonstration_mails, name="demonstration_mails"),
    path("demonstration/courriels/<uuid:pk>/", views.demonstration_mail, name="demonstration_mail"),
]
