"""How chapters are executed, and when their outputs may be used again."""
