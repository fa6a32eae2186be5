"""The actions of territories."""
