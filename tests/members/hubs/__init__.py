"""Tests of members / hubs."""
