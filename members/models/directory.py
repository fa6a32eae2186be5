"""The directory: which organisations it shows, and how they are searched."""

from typing import Any

from django.db import models


class ListedQuerySet(models.QuerySet[Any]):
    """How the organisations of the directory are found."""

    def in_directory_order(self) -> "ListedQuerySet":
        """Those of today by name, then those of the past."""
        return self.order_by("-is_active", "search_name", "pk")


class ListedManager(models.Manager[Any]):
    """Only what the directory shows."""

    def get_queryset(self) -> ListedQuerySet:
        """The listed organisations."""
        rows = ListedQuerySet(self.model, using=self._db).filter(is_listed=True)
        return rows.select_related("commune", "succeeded_by", "network")
