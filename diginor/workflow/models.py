"""The only code that sets a state: a step is taken once, from a state that allows it, and leaves its history row."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db import models

Workflow = Mapping[str, tuple[frozenset[str], str]]


class StepRefused(Exception):
    """The step is not open from the present state."""

    def __init__(self, step: str, state: str):
        super().__init__(f"{step} is not open from {state}")
        self.step = step
        self.state = state


class WorkflowModel(models.Model):
    """A row with a life cycle."""

    workflow: ClassVar[Workflow] = {}
    state: Any

    class Meta:
        abstract = True

    def log(self, step: str, *, by: Any, why: str = "", **details: Any) -> Any:
        """Write a history row; each life cycle says where."""
        raise NotImplementedError

    def put(self, **values: Any) -> None:
        """Give values that `write` saves, with all others of the step, in one UPDATE."""
        for name, value in values.items():
            setattr(self, name, value)
        self.__dict__.setdefault("_put", set()).update(values)

    def write(self) -> None:
        """Save what was put since the last time."""
        if names := self.__dict__.pop("_put", None):
            self.save(update_fields=names)

    def lock(self) -> None:
        """Wait for the row, then read it afresh; related objects already in hand are kept where they still hold.

        What was put and not written is forgotten, as all else that was in hand: a failed step leaves nothing behind.
        """
        self.__dict__.pop("_put", None)
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

    def take(
        self,
        step: str,
        *,
        by: Any,
        why: str = "",
        changes: Mapping[str, Any] | None = None,
        stamps: Sequence[str] = (),
        is_held: bool = False,
        is_last: bool = True,
        **details: Any,
    ) -> Any:
        """Take the step for `by`, in the transaction of the action, or raise StepRefused and change nothing.

        The `changes` and the `stamps`, fields that keep its instant, are saved with the state: at once, or, unless
        `is_last`, by the `write` of whoever has more to put. A row that `is_held` was locked by this transaction.
        """
        if not is_held:
            self.lock()
        before: str = self.state
        if not self.is_open_to(step):
            raise StepRefused(step, before)
        after = self.workflow[step][1]
        row = self.log(step, by=by, why=why, from_state=before, to_state=after, **details)
        self.put(state=after, **(changes or {}), **dict.fromkeys(stamps, row.at))
        if is_last:
            self.write()
        return row
