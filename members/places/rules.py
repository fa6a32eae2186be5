"""The parts of a place given to each use, in percent: together they make the whole place, or none is known.

Exact decimals of two places; there is no tolerance. Source: the product's « shares of use that sum to 100 % ».
"""

from collections.abc import Iterable
from decimal import Decimal

WHOLE = Decimal(100)


def missing_share(percents: Iterable[Decimal]) -> Decimal:
    """What lacks to reach 100, negative when there is too much; nothing lacks where no part is given."""
    given = list(percents)
    return WHOLE - sum(given, Decimal(0)) if given else Decimal(0)
