"""The addresses of the portal, and the floor: the least that a view can do through the same middleware."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from diginor.urls import handler400, handler403, handler404, handler500
from diginor.urls import urlpatterns as portal
from diginor.web.access import access, public
from members.hubs.models import Hub

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
SMALL = engines["django"].from_string("<!doctype html><title>{{ hub.name }}</title><p>{{ hub.slug }}</p>")


@access(public)
def floor(request: HttpRequest) -> HttpResponse:
    """One row by an index, and a small template."""
    return HttpResponse(SMALL.render({"hub": Hub.objects.get(slug="normandie")}, request))


urlpatterns = [path("plancher/", floor, name="bench_floor"), *portal]
