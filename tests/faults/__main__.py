"""`make faults`: the whole campaign on servers of its own; an error when anything was lost or doubled."""

import argparse
import sys
from pathlib import Path

from diginor.running.embedded import Servers
from tests.apart import own_servers

FILINGS, SECONDS = 40, 8


def asked_for() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--only", action="append", metavar="FAULT", help="faults to play, as the table names them")
    parser.add_argument("--filings", type=int, default=FILINGS, help=f"during each of them (default: {FILINGS})")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"that each lasts (default: {SECONDS})")
    return parser.parse_args()


def main() -> int:
    """Play every fault, print the table, and tell whether all is well."""
    asked = asked_for()
    with own_servers("faults", LOG_LEVEL="WARNING") as (directory, servers):
        return _play(asked, servers, directory)


def _play(asked: argparse.Namespace, servers: Servers, directory: Path) -> int:
    # The settings are read with the addresses of the servers, hence these imports now.
    import django

    django.setup()
    from tests.faults.campaign import HEADINGS, Campaign
    from tests.live import Live
    from tests.peers import MailServer

    smtp = MailServer()
    smtp.start()
    live = Live(directory, smtp)
    campaign = Campaign(live, servers, smtp)
    try:
        live.manage("migrate", "--verbosity=0")
        live.manage("collectstatic", "--noinput", "--verbosity=0")
        live.manage("shell", "--verbosity=0", "-c", "from tests.services.cast import Desk; Desk.open()")
        campaign.start()
        print(HEADINGS, flush=True)
        campaign.run(asked.only or list(campaign.faults), asked.filings, asked.seconds)
        written, lost, doubled = campaign.mails()
    finally:
        for service in (live.beat, live.worker, live.web):
            service.kill()
        smtp.stop()
    print(f"\nmails: {written} left, {lost} lost, {doubled} doubled")
    is_good = all(phase.is_good for phase in campaign.phases) and not lost and not doubled
    print("Nothing was lost, nothing was doubled." if is_good else "SOMETHING WAS LOST OR DOUBLED.")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
