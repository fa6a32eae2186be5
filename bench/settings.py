"""The settings of the portal, with the address of the floor that its pages are measured beside."""

from diginor.settings import *  # noqa: F403 - the same portal in all else

ROOT_URLCONF = "bench.urls"
