"""Which hub is mine: a commune by its name or its postcode."""

from django.utils.translation import gettext_lazy as _

from members.territories.forms import CommuneMixin


class HubFinder(CommuneMixin):
    """Where the company is."""

    def __init__(self, *args: object, **kwargs: object):
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["commune"].label = _("Votre commune")
