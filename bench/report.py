"""The tables of docs/operate.md, and whether the promises hold."""

from bench.measure import Cost
from bench.pages import FLAT, pages
from bench.server import Load

Results = dict[int, dict[str, Cost]]
Served = dict[str, dict[int, float]]
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
        ratio = _french(costs[-1].p50 / costs[0].p50, 2)
        lines.append([page.label, *cells, " à ".join(map(str, (queries[0], queries[-1])[: len(queries)])), ratio])
    return _markdown(lines)


def memory(load: Load) -> str:
    """The memory of the worker, step after step."""
    steps = " → ".join(f"{size:.0f}" for size in load.megabytes)
    per_second = load.served / load.seconds if load.seconds else 0
    return (
        f"Mémoire du processus web sous charge : {steps} Mo ; {load.served} pages servies, {load.failed} échecs, "
        f"{per_second:.0f} pages par seconde."
    )


def server_table(served: dict[str, dict[int, float]]) -> str:
    """One line for each page that gunicorn serves: how long it takes, and how many times the floor."""
    floor, *_others = served.values()
    header = ["Page", *(name for count in floor for name in (f"{count} à la fois", "× plancher"))]
    lines = [header, ["---", *("--:" for _ in header[1:])]]
    for label, times in served.items():
        cells = [cell for count, at in times.items() for cell in (f"{at:.1f} ms", _french(at / floor[count], 1))]
        lines.append([label, *cells])
    return _markdown(lines)


def acts_table(costs: dict[str, Cost]) -> str:
    """One line for each step, with the queries of its whole answer."""
    lines = [["Étape", "médiane / 95 %", "Requêtes SQL"], ["---", "--:", "--:"]]
    lines += [[label, f"{cost.p50:.0f} / {cost.p95:.0f} ms", str(cost.queries)] for label, cost in costs.items()]
    return _markdown(lines)


def _markdown(lines: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _french(value: float, places: int) -> str:
    return f"{value:.{places}f}".replace(".", ",")


def broken_promises(results: Results, served: Served, acts: dict[str, Cost], load: Load | None) -> list[str]:
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
        found += _too_slow(page.label, served[page.label][1], page.most_ms)
    for label, cost in acts.items():
        found += _too_slow(label, cost.p50, cost.most_ms)
    if load and max(load.megabytes) > MOST_MEGABYTES:
        found.append(f"worker memory: {max(load.megabytes):.0f} MB")
    if load and load.failed:
        found.append(f"{load.failed} pages failed under load")
    return found


def _too_slow(label: str, took: float, most: float | None) -> list[str]:
    return [f"{label}: {took:.1f} ms instead of {most:.0f}"] if most and took > most else []
