"""The addresses of the services part: the public face, the advisers' space, the officers' dashboards."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

PARTS = ("services.urls_public", "services.urls_space", "services.urls_steering")

urlpatterns = [path("", include(part)) for part in PARTS if find_spec(part)]

if settings.DEMO:
    urlpatterns.append(path("demonstration/", include("services.urls_demonstration")))
