"""Charts that only this report draws."""
