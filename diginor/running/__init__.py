"""The processes of the portal, and how they notice what does not work."""

import os
from pathlib import Path

# What a running portal writes on its machine, apart from its database and its file store.
VAR_DIR = Path(os.environ.get("DIGINOR_VAR") or Path(__file__).resolve().parents[2] / "var")
