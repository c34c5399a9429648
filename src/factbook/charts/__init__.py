"""Charts: one module for each kind, and ``look`` for what all have in common.

Every builder takes what it draws and, by name, the chart's words: ``finding``, ``measure`` and ``alt`` (see :class:`Words`).
"""

from factbook.charts.cascade import Step, cascade
from factbook.charts.dated import dated
from factbook.charts.forest import Estimate, forest
from factbook.charts.frontier import Panel, frontier
from factbook.charts.gaps import Gap, gaps, signed
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
from factbook.charts.pairs import Pair, pairs
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
    "Gap",
    "Line",
    "LogAxis",
    "Pair",
    "Panel",
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
    "gaps",
    "inline",
    "ladder",
    "lines",
    "matrix",
    "pairs",
    "signed",
    "source_line",
    "source_line_of",
    "steps",
    "timeline",
]
