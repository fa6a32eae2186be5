"""Filing a request in three steps."""
