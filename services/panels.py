"""The panels that this part adds to the steering page."""


def register_all() -> None:
    """Register them; called once, when the application is ready."""
