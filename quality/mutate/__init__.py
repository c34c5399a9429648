"""Data mutation: every number of the tables is spoiled in every likely way, and the checks are asked whether they notice.

``mutants`` spoils, ``judge`` asks, ``published`` knows what readers see, ``report`` tells. ``make mutate`` runs all of it.
"""
