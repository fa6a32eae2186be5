"""The processes of the portal, and how they notice what does not work."""
