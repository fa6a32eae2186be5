"""The only code that sets a state: a step is taken once, from a state that allows it, and leaves its history row."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models, transaction
from django.dispatch import Signal

Workflow = Mapping[str, tuple[frozenset[str], str]]

# Sent inside the transaction of the step, with `instance`, `step` and `row`.
step_taken = Signal()


class StepRefused(Exception):
    """The step is not open from the present state."""

    def __init__(self, step: str, state: str):
        super().__init__(f"{step} is not open from {state}")
        self.step = step
        self.state = state


class WorkflowModel(models.Model):
    """A row with a life cycle."""

    workflow: ClassVar[Workflow] = {}

    class Meta:
        abstract = True

    def log(self, step: str, *, by: Any, why: str = "", **details: Any) -> Any:
        """Write a history row; each life cycle says where."""
        raise NotImplementedError

    def lock(self) -> None:
        """Wait for the row, then read it afresh; related objects already in hand are kept where they still hold."""
        fields: Any = self._meta.concrete_fields
        relations = [field for field in fields if field.is_relation and field.is_cached(self)]
        kept = [(field, field.get_cached_value(self)) for field in relations]
        self.refresh_from_db(from_queryset=type(self)._base_manager.select_for_update(of=("self",)))
        for field, value in kept:
            if value is not None and getattr(self, field.attname) == value.pk:
                field.set_cached_value(self, value)

    def is_open_to(self, step: str) -> bool:
        """Tell whether the step may start from the present state."""
        return self.state in self.workflow[step][0]

    @transaction.atomic
    def take(
        self, step: str, *, by: Any, why: str = "", changes: Mapping[str, Any] | None = None, **details: Any
    ) -> Any:
        """Take the step for `by` with the `changes` that go with it, or raise StepRefused and change nothing."""
        self.lock()
        before: str = self.state  # type: ignore[has-type]
        if not self.is_open_to(step):
            raise StepRefused(step, before)
        self.state = self.workflow[step][1]
        for name, value in (changes or {}).items():
            setattr(self, name, value)
        written: list[str] = ["state", *(changes or {})]
        self.save(update_fields=written)
        row = self.log(step, by=by, why=why, from_state=before, to_state=self.state, **details)
        step_taken.send(type(self), instance=self, step=step, row=row)
        return row
