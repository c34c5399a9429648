"""What programs for tables do to a table, found and undone."""
