"""Who is in the ecosystem: people, organisations, territories and hubs."""
