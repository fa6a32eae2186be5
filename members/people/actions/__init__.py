"""The actions of people."""
