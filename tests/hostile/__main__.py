"""`make hostile`: twenty thousand hostile requests on servers of their own; an error when one of them breaks a page."""

import argparse
import sys
import time
from random import Random

from tests.apart import portal_apart

REQUESTS, SEED = 20_000, 1


def asked_for() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make hostile", description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS, help=f"how many to send (default: {REQUESTS})")
    parser.add_argument("--seed", type=int, default=SEED, help="another number draws other requests")
    parser.add_argument("--doors", type=int, default=0, help="how many addresses, each as one role; 0 for all")
    return parser.parse_args()


def main() -> int:
    """Send them, print what became of them, and tell whether all is well."""
    asked = asked_for()
    with portal_apart("hostile"):
        # These read the settings.
        from tests.hostile.campaign import Campaign, doors
        from tests.world import make_world

        started = time.monotonic()
        world = make_world()
        campaign = Campaign(world, asked.seed)
        every = doors(world)
        campaign.look(Random(asked.seed).sample(every, asked.doors) if asked.doors else every)
        campaign.run(asked.requests)
        print(campaign.table())
        print(f"{time.monotonic() - started:.0f} s, seed {asked.seed}\n")
        print("\n".join(campaign.told()) or "No request broke a page.")
        return 1 if campaign.failures else 0


if __name__ == "__main__":
    sys.exit(main())
