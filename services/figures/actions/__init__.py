"""The actions of figures."""
