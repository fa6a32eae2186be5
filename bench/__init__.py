"""The benchmark: a country's worth of requests in a database of its own, and what each main page costs on it."""
