"""What people write of an organisation, in a field or in a cell of a file."""
