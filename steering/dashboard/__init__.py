"""The dashboard of the officers."""
