"""The tables of docs/operate.md, and whether the promises hold."""

from bench.measure import Cost
from bench.pages import FIRST_PAGE_MS, FLAT, pages
from bench.server import Load

Results = dict[int, dict[str, Cost]]
MOST_MEGABYTES = 150


def table(results: Results) -> str:
    """One line for each page: the cost at each stage, and what it costs more at the last than at the first."""
    stages = sorted(results)
    header = ["Page", *(f"{stage:,} demandes".replace(",", "\u202f") for stage in stages), "Requêtes SQL", "Rapport"]
    lines = [header, ["---", *("--:" for _ in header[1:])]]
    for page in pages():
        costs = [results[stage][page.label] for stage in stages]
        queries = sorted({cost.queries for cost in costs})
        cells = [f"{cost.p50:.0f} / {cost.p95:.0f} ms" for cost in costs]
        ratio = f"{costs[-1].p50 / costs[0].p50:.2f}".replace(".", ",")
        lines.append([page.label, *cells, " à ".join(map(str, (queries[0], queries[-1])[: len(queries)])), ratio])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def memory(load: Load) -> str:
    """The memory of the worker, step after step."""
    steps = " → ".join(f"{size:.0f}" for size in load.megabytes)
    per_second = load.served / load.seconds if load.seconds else 0
    return (
        f"Mémoire du processus web sous charge : {steps} Mo ; {load.served} pages servies, {load.failed} échecs, "
        f"{per_second:.0f} pages par seconde."
    )


def broken_promises(results: Results, load: Load | None) -> list[str]:
    """What does not hold, in words."""
    stages = sorted(results)
    first, last = results[stages[0]], results[stages[-1]]
    found = []
    for page in pages():
        before, after = first[page.label], last[page.label]
        if page.is_flat and after.p50 > FLAT * before.p50:
            found.append(f"{page.label}: {after.p50 / before.p50:.2f} times its cost at {stages[0]} requests")
        if page.is_flat and after.queries != before.queries:
            found.append(f"{page.label}: {after.queries} queries instead of {before.queries}")
    dashboard = next(page for page in pages() if not page.is_flat)
    if last[dashboard.label].p50 > FIRST_PAGE_MS:
        found.append(f"{dashboard.label}: {last[dashboard.label].p50:.0f} ms")
    if load and max(load.megabytes) > MOST_MEGABYTES:
        found.append(f"worker memory: {max(load.megabytes):.0f} MB")
    if load and load.failed:
        found.append(f"{load.failed} pages failed under load")
    return found
