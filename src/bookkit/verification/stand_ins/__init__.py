"""What chapters import in the browser in place of packages that cannot be had there."""
