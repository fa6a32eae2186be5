"""Tests of members / organisations."""
