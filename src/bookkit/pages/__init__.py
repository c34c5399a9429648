"""The page around a chapter: its head, its theme, its policy, its card."""
