"""How texts, numbers, dates and addresses are read and written."""
