"""What must hold between rows of the data."""
