"""Mails are rows first: written with the step that causes them, delivered by Celery, kept with their errors."""
