"""The addresses of the portal: French at the root, English under /en/."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from diginor.pages import views
from diginor.registries.parts import modules

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error

urlpatterns = [
    path("sante/", views.health, name="health"),
    *i18n_patterns(
        *(path("", include(addresses)) for addresses in modules("urls")),
        path("mentions-legales/", views.legal, name="legal"),
        path("accessibilite/", views.accessibility, name="accessibility"),
        path("donnees-personnelles/", views.privacy, name="privacy"),
        path("ecoconception/", views.ecodesign, name="ecodesign"),
        path("gestion/", admin.site.urls),
        prefix_default_language=False,
    ),
]
