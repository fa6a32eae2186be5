"""The parts of the portal: each is a handful of subjects, and what a subject holds is found where its name says."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import ModuleType

from django.apps import AppConfig, apps


class PartConfig(AppConfig):
    """A part made of subjects, packages that hold the same few modules: nothing of a new subject is listed anywhere."""

    @property
    def subjects(self) -> list[str]:
        """The packages of the subjects, as dotted names."""
        found = iter_modules(self.module.__path__, f"{self.name}.")  # type: ignore[union-attr]
        return [each.name for each in found if each.ispkg]

    def modules(self, name: str) -> Iterator[ModuleType]:
        """The modules of that name, in the subjects that have one."""
        for subject in self.subjects:
            if find_spec(f"{subject}.{name}"):
                yield import_module(f"{subject}.{name}")

    def import_models(self) -> None:
        """Read the tables of every subject."""
        super().import_models()
        for module in self.modules("models"):
            # Django creates permissions and content types only where it knows of one module of tables.
            self.models_module = self.models_module or module


def parts() -> list[PartConfig]:
    """The parts that are installed, from the one that stands on the others."""
    return [config for config in reversed(list(apps.get_app_configs())) if isinstance(config, PartConfig)]


def modules(name: str) -> list[ModuleType]:
    """The modules of that name in every subject of every part."""
    return [module for part in parts() for module in part.modules(name)]
