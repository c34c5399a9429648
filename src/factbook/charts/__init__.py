"""Charts: one module for each kind, and ``look`` for what all have in common.

Every builder takes what it draws and, by name, the chart's words: ``finding``, ``measure`` and ``alt`` (see :class:`Words`).
"""

from factbook.charts.cascade import Step, cascade
from factbook.charts.dated import dated
from factbook.charts.forest import Estimate, forest
from factbook.charts.frontier import frontier
from factbook.charts.ladder import LADDER_COLUMNS, Rung, draw_ladder, ladder
from factbook.charts.lines import Line, lines
from factbook.charts.look import (
    BLUE,
    DOLLAR_LABELS,
    GREEN,
    GRID,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    PURPLE,
    VERMILION,
    WIDTH,
    AmountAxis,
    Drawing,
    LogAxis,
    Words,
    enable,
    finish,
    inline,
    source_line,
    source_line_of,
)
from factbook.charts.matrix import matrix
from factbook.charts.over_time import over_time
from factbook.charts.steps import steps
from factbook.charts.timeline import Span, timeline

__all__ = [
    "BLUE",
    "DOLLAR_LABELS",
    "GREEN",
    "GRID",
    "INK",
    "LADDER_COLUMNS",
    "MUTED",
    "ORANGE",
    "PAPER",
    "PURPLE",
    "VERMILION",
    "WIDTH",
    "AmountAxis",
    "Drawing",
    "Estimate",
    "Line",
    "LogAxis",
    "Rung",
    "Span",
    "Step",
    "Words",
    "cascade",
    "dated",
    "draw_ladder",
    "enable",
    "finish",
    "forest",
    "frontier",
    "inline",
    "ladder",
    "lines",
    "matrix",
    "over_time",
    "source_line",
    "source_line_of",
    "steps",
    "timeline",
]
