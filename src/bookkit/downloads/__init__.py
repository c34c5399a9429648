"""What readers take away: the page of downloads, notebooks that run anywhere, the package."""
