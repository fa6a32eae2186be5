"""People, their teams, their roles and their absences."""
