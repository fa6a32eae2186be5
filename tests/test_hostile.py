"""Hostile requests: the short form of `make hostile`, every address once with the role that goes furthest."""

import pytest

from tests.hostile.campaign import Campaign, doors
from tests.world import make_world

REQUESTS = 500


@pytest.mark.django_db
def test_no_hostile_request_breaks_a_page() -> None:
    world = make_world()
    every = doors(world)
    furthest = [door for door in every if door.role not in ("visitor", "company", "officer", "head")]
    campaign = Campaign(world)
    # Every address is asked once, by one role or another; the whole takes minutes.
    campaign.look(list({door.path: door for door in campaign.random.sample(furthest, len(furthest))}.values()))
    campaign.run(REQUESTS)
    assert sum(campaign.counts.values()) == REQUESTS
    assert not campaign.told(), "\n".join(campaign.told())
