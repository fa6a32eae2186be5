"""A list of the administration says whose rows it shows, or the portal does not start."""

import pytest
from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured

from diginor.admin.base import PortalInline, PortalModelAdmin, Scoped
from members.hubs.models import HubRole
from members.organisations.models import Organisation
from members.territories.models import Territory
from tests.diginor.admin.test_admin_speed import ROWS
from tests.factories.members import UserFactory

pytestmark = pytest.mark.django_db


class NoRule(PortalModelAdmin):
    """Forgets to say."""


class InlineWithoutRule(PortalInline):
    """Forgets to say."""

    model = HubRole


def test_a_list_without_a_rule_does_not_start():
    with pytest.raises(ImproperlyConfigured, match="NoRule says whose rows it shows"):
        NoRule(Territory, admin.AdminSite())
    with pytest.raises(ImproperlyConfigured, match="InlineWithoutRule"):
        InlineWithoutRule(Organisation, admin.site)


def test_every_list_and_every_inline_has_its_rule():
    shown = [admin.site._registry[model] for model in admin.site._registry]
    shown += [inline(one.model, admin.site) for one in shown for inline in one.inlines]
    assert len(shown) > 40
    assert not [type(one).__name__ for one in shown if not isinstance(one, Scoped)]


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model.__name__)
def test_a_stranger_to_every_hub_is_shown_no_row_of_a_hub(rf, model):
    row, request, model_admin = ROWS[model](), rf.get("/gestion/"), admin.site._registry[model]
    request.user = UserFactory(administrator=True)
    assert row in model_admin.get_queryset(request)
    request.user = UserFactory()
    assert (row in model_admin.get_queryset(request)) is model_admin.shows_every_row
