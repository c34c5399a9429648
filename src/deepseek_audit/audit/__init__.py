"""What the articles say, what it is compared with, and the verdict."""
