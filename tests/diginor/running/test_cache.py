"""The cache is forgiving: without Valkey the portal is slower, never broken."""

import time

import pytest
from django.core.cache import cache

from tests.peers import Broker


@pytest.fixture
def _down(broker: Broker) -> None:
    cache.set("known", 1)
    assert cache.get("known") == 1
    broker.stop()


@pytest.mark.usefixtures("_down")
def test_a_stopped_server_is_a_miss_not_an_error():
    assert cache.get("known") is None
    assert cache.get("known", "default") == "default"
    assert cache.add("lock", 1) is True
    assert cache.incr("count", 2) == 2
    assert cache.get_many(["known"]) == {}
    assert cache.get_or_set("known", lambda: 7) == 7
    assert "known" not in cache


@pytest.mark.usefixtures("_down")
def test_a_stopped_server_costs_its_time_out_once_not_at_each_call():
    cache.get("known")
    began_at = time.monotonic()
    for _attempt in range(1000):
        cache.get("known")
    assert time.monotonic() - began_at < 1


def test_the_cache_is_used_again_when_the_server_is_back(broker):
    broker.stop()
    assert cache.get("known") is None
    broker.start()
    cache.set("known", 2)
    assert cache.get("known") == 2
