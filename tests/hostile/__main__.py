"""`make hostile`: twenty thousand hostile requests on servers of their own; an error when one of them breaks a page."""

import sys
import time

from tests.apart import portal_apart

REQUESTS, SEED = 20_000, 1


def main() -> int:
    """Send them, print what became of them, and tell whether all is well."""
    given = [int(text) for text in sys.argv[1:]]
    count, seed = given + [REQUESTS, SEED][len(given) :]
    with portal_apart("hostile"):
        # These read the settings.
        from tests.hostile.campaign import Campaign, doors
        from tests.world import make_world

        started = time.monotonic()
        world = make_world()
        campaign = Campaign(world, seed)
        campaign.look(doors(world))
        campaign.run(count)
        print(campaign.table())
        print(f"{time.monotonic() - started:.0f} s, seed {seed}\n")
        print("\n".join(campaign.told()) or "No request broke a page.")
        return 1 if campaign.failures else 0


if __name__ == "__main__":
    sys.exit(main())
