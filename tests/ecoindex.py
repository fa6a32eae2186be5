"""The EcoIndex of a page: 100 is the lightest, from the formula that ecoindex.fr publishes.

A page is placed among half a million others (HTTP Archive) by its elements, its requests and its weight; each table
gives the twenty quantiles, and the places count three times, twice and once. Source: www.ecoindex.fr.
"""

from bisect import bisect_right

ELEMENTS = (0, 47, 75, 159, 233, 298, 358, 417, 476, 537, 603, 674, 753, 843, 949, 1076, 1237, 1459, 1801, 2479, 594601)
REQUESTS = (0, 2, 15, 25, 34, 42, 49, 56, 63, 70, 78, 86, 95, 105, 117, 130, 147, 170, 205, 281, 3920)
KILOBYTES = (
    *(0, 1.37, 144.7, 319.53, 479.46, 631.97, 783.38, 937.91, 1098.62, 1265.47, 1448.32),
    *(1648.27, 1876.08, 2142.06, 2465.37, 2866.31, 3401.59, 4155.73, 5400.08, 8037.54, 223212.26),
)


def place(value: float, quantiles: tuple[float, ...]) -> float:
    """Where a value stands among the quantiles, from 0 to 20, in between two by proportion."""
    above = bisect_right(quantiles, value)
    if above >= len(quantiles):
        return len(quantiles) - 1
    below = above - 1
    return below + (value - quantiles[below]) / (quantiles[above] - quantiles[below])


def ecoindex(elements: int, requests: int, kilobytes: float) -> float:
    """The score out of 100."""
    places = 3 * place(elements, ELEMENTS) + 2 * place(requests, REQUESTS) + place(kilobytes, KILOBYTES)
    return 100 - 5 * places / 6
