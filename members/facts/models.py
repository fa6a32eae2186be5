"""What every published fact carries: where it comes from, and of when."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.facts.fields import PartialDateField


class SourcedFact(models.Model):
    """A fact with its source; `stated_on` is the date of the source, when the fact was true for sure."""

    note = models.TextField(_("précision"), blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    stated_on = PartialDateField(_("date de la source"))

    class Meta:
        abstract = True
