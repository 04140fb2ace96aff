"""Drawings of networks: dense, one cell, rolled, unrolled. One family, one palette.

Every drawing is a picture in units of its own: boxes, lines and letters grow and shrink together,
so it looks the same on a whole figure and in a small panel. States stand at height 0, so that
drawings side by side line up.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from course_utils.plotting import INK, PALETTE, PAPER

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.textpath import TextPath
from matplotlib.transforms import Bbox

WEIGHTS = ("W_x", "W_h", "W_o")
LSTM_STAGES = ("forget", "input", "cell", "output")
GRU_STAGES = ("reset", "candidate", "update", "state")
TOPOLOGIES = ("one to one", "one to many", "many to one", "many to many", "encoder-decoder")

# Sizes in inches: a unit of a drawing at its usual scale, and what a notebook page shows unshrunk.
UNIT = 0.6
PAGE_WIDTH, PAGE_HEIGHT = 9.6, 7.0

# Sizes in units of the drawing.
MARGIN = 0.2
LINE = 0.045
SYMBOL = 0.34
CAPTION = 0.29
LEADING = 1.2  # height of a line of text in sizes of its letters
STATE_WIDTH, STATE_HEIGHT = 1.1, 0.9
SIDE_WIDTH, SIDE_HEIGHT = 0.9, 0.72  # inputs and outputs
WIDEST_BOX = 4.0
ROW = 1.75  # from the states to the inputs below and the outputs above
OPERATION = 0.27  # radius
GATE_WIDTH, GATE_HEIGHT = 1.4, 0.95
GATE_NAME = 0.25
JOINT = 0.55  # where h_prev and x_t join in a gated cell

GROUND = "#F3F1EA"  # of the panel behind the parts of a cell

# Fixed here rather than taken from the style, because boxes are measured to fit their letters.
_FONT = FontProperties(family="DejaVu Sans", math_fontfamily="cm")


# What every drawing is made of ----------------------------------------------------------------


def _points_per_unit(ax):
    """Return how many points one unit of the drawing measures in its figure at this moment."""
    (left, _), (right, _) = ax.transData.transform([(0, 0), (1, 0)])
    return (right - left) * 72 / ax.figure.dpi


class _Letters(Text):
    """Text whose size is given in units of the drawing."""

    def __init__(self, x, y, text, size, **style):
        super().__init__(x, y, text, **style)
        self._size_in_units = size

    def get_window_extent(self, *args, **kwargs):
        self.set_fontsize(self._size_in_units * _points_per_unit(self.axes))
        return super().get_window_extent(*args, **kwargs)

    def draw(self, renderer):
        self.set_fontsize(self._size_in_units * _points_per_unit(self.axes))
        super().draw(renderer)


class _Outline(PathPatch):
    """A path whose line width is given in units of the drawing."""

    def __init__(self, path, width, **style):
        super().__init__(path, **style)
        self._width_in_units = width

    def draw(self, renderer):
        self.set_linewidth(self._width_in_units * _points_per_unit(self.axes))
        super().draw(renderer)


@lru_cache(maxsize=1024)
def _text_width(text, size):
    """Return the width of the longest line of a text, in units."""
    paths = [TextPath((0, 0), line, size=size, prop=_FONT) for line in text.split("\n") if line]
    return max((path.get_extents().width for path in paths), default=0.0)


def _tint(color):
    """Return a colour thinned to a ground on which letters are read."""
    return 0.2 * np.array(to_rgb(color)) + 0.8 * np.array(to_rgb(PAPER))


def _rounded(x, y, width, height, radius):
    style = f"round,pad=0,rounding_size={radius}"
    return FancyBboxPatch((x - width / 2, y - height / 2), width, height, boxstyle=style).get_path()


class _Sketch:
    """A sheet to draw on: keeps the bounds of what is drawn and fits the axes round them.

    While `faint` is set, all is drawn in the muted colour: what a reader is yet to meet.
    """

    faint = False

    def __init__(self, ax):
        self.makes_figure = ax is None
        self.ax = plt.figure(facecolor=PAPER).add_subplot() if ax is None else ax
        self.low, self.high = np.full(2, np.inf), np.full(2, -np.inf)

    def _color(self, role):
        return PALETTE["muted"] if self.faint else PALETTE.get(role, INK)

    def _cover(self, left, bottom, right, top):
        self.low = np.minimum(self.low, (left, bottom))
        self.high = np.maximum(self.high, (right, top))

    def _add(self, path, width, **style):
        self.ax.add_artist(_Outline(path, width, **style))
        self._cover(*path.get_extents().padded(width / 2).extents)

    def text(self, x, y, text, size=CAPTION, role=None, ha="center", va="center"):
        """Letters; `x` and `y` are the edge or centre that `ha` and `va` name."""
        lines = text.split("\n")
        width, height = _text_width(text, size), LEADING * size * len(lines)
        left = x - {"left": 0, "center": 0.5, "right": 1}[ha] * width
        bottom = y - {"bottom": 0, "center": 0.5, "top": 1}[va] * height
        self._cover(left, bottom, left + width, bottom + height)
        style = {"fontproperties": _FONT.copy(), "color": self._color(role), "ha": ha}
        for above, line in enumerate(reversed(lines)):
            # On a common baseline: centred by its ink, "gypsy" would stand higher than "March".
            base = bottom + (LEADING * (above + 0.5) - 0.3) * size
            self.ax.add_artist(
                _Letters(x, base, line, size, va="baseline", gid="label", zorder=5, **style)
            )

    def _label(self, x, y, text, width, height):
        """Letters inside a shape, written smaller where it has too little room."""
        if text:
            lines = LEADING * SYMBOL * (1 + text.count("\n"))
            fit = min(1, width / max(_text_width(text, SYMBOL), width), height / max(lines, height))
            self.text(x, y, text, SYMBOL * fit)

    def box(self, x, y, text, role, width=SIDE_WIDTH, height=SIDE_HEIGHT, dashed=False):
        """A rounded box in the colour of a role."""
        color = self._color(role)
        style = {"facecolor": PAPER if dashed else _tint(color), "edgecolor": color}
        style["linestyle"] = (0, (3, 2)) if dashed else "-"
        path = _rounded(x, y, width, height, 0.16)
        self._add(path, LINE, gid=f"box {role}", zorder=3, **style)
        self._label(x, y, text, width - 0.2, height - 0.12)

    def circle(self, x, y, text, role, radius=OPERATION):
        """A round node: a unit of a dense layer, or an operation such as a sum."""
        color = self._color(role)
        style = {"facecolor": PAPER if role is None else _tint(color), "edgecolor": color}
        self._add(Path.circle((x, y), radius), LINE, gid=f"circle {role}", zorder=3, **style)
        self._label(x, y, text, 1.5 * radius, 1.8 * radius)

    def panel(self, x, y, width, height):
        """A pale ground that holds the parts of a cell together."""
        style = {"facecolor": GROUND, "edgecolor": "#D8D4C9", "gid": "panel", "zorder": 1}
        self._add(_rounded(x, y, width, height, 0.3), 0.6 * LINE, **style)

    def dot(self, x, y, role):
        """A filled point: where a line branches, or a place left out."""
        style = {"facecolor": self._color(role), "edgecolor": "none", "gid": "dot"}
        self._add(Path.circle((x, y), 0.07), 0, zorder=4, **style)

    def wire(self, points, role=None, head=True, width=LINE, dashed=False, curve=False, over=None):
        """A line through points, with rounded corners and a head at its end.

        With `curve`, the four points are those of a cubic Bezier curve. With `over`, the colour
        of the ground, the line interrupts those that it crosses.
        """
        points = [np.array(point, dtype=float) for point in points]
        color = self._color(role)
        if head:
            points[-1] = self._head(points[-1], points[-1] - points[-2], color)
        vertices, codes = [points[0]], [Path.MOVETO]
        if curve:
            vertices += points[1:]
            codes += [Path.CURVE4] * 3
        else:
            for before, here, after in zip(points, points[1:], points[2:], strict=False):
                arms = before - here, after - here
                corner = min(0.25, *(np.hypot(*arm) / 2 for arm in arms))
                first, last = (here + arm * corner / np.hypot(*arm) for arm in arms)
                vertices += [first, here, last]
                codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
            vertices.append(points[-1])
            codes.append(Path.LINETO)
        path = Path(vertices, codes)
        style = {"facecolor": "none", "capstyle": "butt", "joinstyle": "round"}
        if over and not self.faint:
            self._add(path, 4.5 * width, edgecolor=over, zorder=2.2, **style)
        style["linestyle"] = (0, (2.2, 1.4)) if dashed else "-"
        kind = "wire" if head else "line"
        layer = 1.5 if self.faint else 2.4 if over else 2
        self._add(path, width, edgecolor=color, gid=kind, zorder=layer, **style)

    def _head(self, tip, along, color):
        """Draw the head of an arrow and return where its shaft ends."""
        along = 0.21 * along / np.hypot(*along)
        across = 0.48 * np.array([-along[1], along[0]])
        shaft = tip - 0.75 * along
        outline = Path([tip, tip - along + across, shaft, tip - along - across, tip], closed=True)
        self._add(
            outline,
            0,
            facecolor=color,
            edgecolor="none",
            gid="head",
            zorder=1.5 if self.faint else 2.6,
        )
        return shaft

    def finish(self):
        """Fit the axes round the drawing and return them."""
        (left, bottom), (right, top) = self.low - MARGIN, self.high + MARGIN
        if self.makes_figure:
            _fit_page(self.ax.figure, right - left, top - bottom)
            self.ax.set_position([0, 0, 1, 1])
        self.ax.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
        self.ax.set_axis_off()
        self.ax.set_axes_locator(_never_enlarged)
        return self.ax


def _fit_page(figure, width, height):
    """Give a figure the size of a drawing of so many units, reduced where the page is smaller."""
    scale = min(UNIT, PAGE_WIDTH / width, PAGE_HEIGHT / height)
    # Whole tenths of an inch: the size is stored in notebooks, and must not depend on how a
    # machine rounds the widths of letters.
    figure.set_size_inches(np.ceil(np.array([width, height]) * scale * 10 - 0.01) / 10)
    figure.set_layout_engine("none")


def _never_enlarged(ax, renderer):
    """Return the place of a drawing in its figure: centred, and never above its usual scale."""
    place = ax.get_position(original=True)
    figure_width, figure_height = ax.figure.bbox.size / ax.figure.dpi
    width = min(place.width, np.ptp(ax.get_xlim()) * UNIT / figure_width)
    height = min(place.height, np.ptp(ax.get_ylim()) * UNIT / figure_height)
    left, bottom = (place.p0 + place.p1 - (width, height)) / 2
    return Bbox.from_bounds(left, bottom, width, height)


# Dense networks and cells ---------------------------------------------------------------------


def draw_dense(
    layers: Sequence,
    names: Sequence[str] | None = None,
    roles: Sequence[str] | None = None,
    weights: Any = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a fully connected network from left to right.

    Args:
        layers: one entry per layer: its number of units (of more than 8, the first and last three
            are drawn), or a list with one text per unit, in which "…" stands for units left out.
        names: one text per layer, written below it, such as "letter in".
        roles: one role of `PALETTE` per layer; "input", "state", ..., "output" unless given.
        weights: one text per pair of neighbouring layers, written above its lines, such as
            "$W_1$".
        ax: the axes to draw on; a new figure of a fitting size unless given.

    Returns:
        The axes.

    Raises:
        ValueError: fewer than two layers, an empty layer, or a list that does not fit the layers.
    """
    units = [_units_to_draw(layer) for layer in layers]
    if len(units) < 2 or not all(units):
        raise ValueError(f"layers is {layers!r}; give at least two, each with at least one unit")
    roles = ["input", *["state"] * (len(units) - 2), "output"] if roles is None else roles
    for given, count, what in (
        (names, len(units), "names"),
        (roles, len(units), "roles"),
        (weights, len(units) - 1, "weights"),
    ):
        if given is not None and len(given) != count:
            raise ValueError(f"{len(given)} {what} for {len(units)} layers; give {count}")

    sketch = _Sketch(ax)
    radius, step = 0.31, 0.8
    names_width = max((_text_width(name, CAPTION) for name in names or []), default=0)
    spans = [step * (len(layer) - 1) for layer in units]
    steepest = max((left + right) / 2 for left, right in pairwise(spans))
    # Wide enough that the steepest line clears the neighbour of the unit it comes from.
    gap = max(2.5, names_width + 0.4, 0.45 * steepest)
    columns = []
    for column, layer in enumerate(units):
        heights = step * ((len(layer) - 1) / 2 - np.arange(len(layer)))
        columns.append(
            [(gap * column, y) for y, text in zip(heights, layer, strict=True) if text is not None]
        )
        for y, text in zip(heights, layer, strict=True):
            if text is not None:
                sketch.circle(gap * column, y, text, roles[column], radius)
                continue
            for shift in (-0.22, 0, 0.22):
                sketch.dot(gap * column, y + shift, roles[column])
    for left, right in pairwise(columns):
        thin = LINE * (0.6 if len(left) * len(right) < 40 else 0.4)
        for start in left:
            for end in right:
                sketch.wire([start, end], "muted", head=False, width=thin)
    edge = max(spans) / 2 + radius
    for column, name in enumerate(names or []):
        sketch.text(gap * column, -edge - 0.2, name, va="top")
    for column, name in enumerate(weights or []):
        middle = gap * (column + 0.5)
        sketch.text(middle, edge + 0.05, name, SYMBOL, "weight", va="bottom")
    return sketch.finish()


def _units_to_draw(layer):
    """Return one text per place in the column of a layer; None is the place of an ellipsis."""
    if not isinstance(layer, int | np.integer):
        return [None if text == "…" else str(text) for text in layer]
    return [""] * layer if layer <= 8 else [""] * 3 + [None] + [""] * 3


def draw_cell(
    output: bool = False,
    activation: str = r"$\tanh$",
    values: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the inside of one recurrent cell: two weighted sums, the bias, the activation.

    Args:
        output: whether o_t = h_t W_o + b_o is drawn above the cell.
        activation: text in the box of the activation.
        values: dict from a name ("x_t", "h_prev", "W_x", "W_h", "b_h", "h_t", with an output also
            "W_o", "b_o", "o_t") to a number, which is written below the symbol, or to a text,
            which is written in its place. "sum" is what the activation is applied to.
        ax: the axes to draw on; a new figure of a fitting size unless given.

    Returns:
        The axes.

    Raises:
        ValueError: `values` has a name that the drawing does not show.
    """
    names = ["x_t", "h_prev", "W_x", "W_h", "b_h", "h_t"] + ["W_o", "b_o", "o_t"] * output
    symbols = {name: f"${name}$" for name in names} | {"h_prev": "$h_{t-1}$", "sum": ""}
    for name, value in (values or {}).items():
        if name not in symbols:
            raise ValueError(f"the cell shows no {name!r}; it shows {', '.join(symbols)}")
        replaced = isinstance(value, str) or not symbols[name]
        symbols[name] = str(value) if replaced else f"{symbols[name]}\n{value}"

    sketch = _Sketch(ax)
    height = SIDE_HEIGHT + 0.3 * any("\n" in text for text in symbols.values())
    width = max(SIDE_WIDTH, *(_text_width(text, SYMBOL) + 0.3 for text in symbols.values()))
    reach = np.array([width, height]) / 2
    # The sum stands at (0, 0); everything else follows from the gaps between neighbours.
    weight_x, weight_y = -(OPERATION + 0.5) - reach[0], -(OPERATION + 0.42) - reach[1]
    squash_x = max(0.55, _text_width(symbols["sum"], CAPTION) + 0.35) + OPERATION + reach[0]
    left, right = weight_x - reach[0] - 0.4, squash_x + reach[0] + 0.4
    top = -weight_y + reach[1] + 0.35
    previous_x, input_y = left - 0.65 - reach[0], -top - 0.55 - reach[1]
    fork_x = right + 0.35 + reach[0]
    next_x = fork_x + 0.85 + reach[0]

    sketch.panel((left + right) / 2, 0, right - left, 2 * top)
    sketch.wire([(previous_x, 0), (weight_x - reach[0], 0)], "state")
    sketch.wire([(weight_x, 0), (-OPERATION, 0)])
    sketch.wire([(0, input_y), (0, weight_y - reach[1])], "input")
    sketch.wire([(0, weight_y), (0, -OPERATION)])
    sketch.wire([(0, -weight_y), (0, OPERATION)])
    sketch.wire([(0, 0), (squash_x - reach[0], 0)])
    sketch.wire([(squash_x, 0), (next_x - reach[0], 0)], "state")
    sketch.box(previous_x, 0, symbols["h_prev"], "state", width, height)
    sketch.box(weight_x, 0, symbols["W_h"], "weight", width, height)
    sketch.box(0, input_y, symbols["x_t"], "input", width, height)
    sketch.box(0, weight_y, symbols["W_x"], "weight", width, height)
    sketch.box(0, -weight_y, symbols["b_h"], "weight", width, height)
    sketch.circle(0, 0, "+", None)
    sketch.text((OPERATION + squash_x - reach[0]) / 2, 0.1, symbols["sum"], va="bottom")
    sketch.box(squash_x, 0, activation, "state", width, height)
    sketch.dot(fork_x, 0, "state")
    sketch.box(next_x, 0, symbols["h_t"], "state", width, height)
    if not output:
        sketch.wire([(fork_x, 0), (fork_x, top - height)], "state")
        sketch.box(fork_x, top - reach[1], symbols["h_t"], "state", width, height)
        return sketch.finish()
    weight_y = 0.75 + reach[1]
    sum_y = weight_y + reach[1] + 0.42 + OPERATION
    output_y = sum_y + OPERATION + 0.5 + reach[1]
    sketch.wire([(fork_x, 0), (fork_x, weight_y - reach[1])], "state")
    sketch.wire([(fork_x, weight_y), (fork_x, sum_y - OPERATION)])
    sketch.wire([(next_x, sum_y), (fork_x + OPERATION, sum_y)])
    sketch.wire([(fork_x, sum_y), (fork_x, output_y - reach[1])], "output")
    sketch.box(fork_x, weight_y, symbols["W_o"], "weight", width, height)
    sketch.circle(fork_x, sum_y, "+", None)
    sketch.box(next_x, sum_y, symbols["b_o"], "weight", width, height)
    sketch.box(fork_x, output_y, symbols["o_t"], "output", width, height)
    return sketch.finish()


def draw_lstm(
    stage: str = "output", names: Mapping[str, str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the inside of an LSTM cell: all of it, or gate by gate.

    Args:
        stage: how far the cell is explained, one of `LSTM_STAGES`: "forget" (what is erased),
            "input" (input gate and candidate), "cell" (the new cell state), "output" (the whole
            cell). What comes later is drawn faintly.
        names: dict from a name ("x_t", "h_prev", "c_prev", "h_t", "c_t") to the text in its box.
        ax: the axes to draw on; a new figure of a fitting size unless given.

    Returns:
        The axes.

    Raises:
        ValueError: the stage or a name is unknown.
    """
    last = _stage_number(stage, LSTM_STAGES)
    symbols = {"x_t": "$x_t$", "h_prev": "$h_{t-1}$", "c_prev": "$c_{t-1}$"}
    symbols = _renamed(symbols | {"h_t": "$h_t$", "c_t": "$c_t$"}, names)
    sketch = _Sketch(ax)
    forget, enter, candidate, leave = 1.7, 3.5, 5.3, 7.1
    add, squash, right = (enter + candidate) / 2, 8.6, 9.4
    product, belt, bus = 1.15, 2.1, -1.15
    above = GATE_HEIGHT / 2

    sketch.panel(right / 2, (belt + bus) / 2, right, belt - bus + 1.3)
    _draw_previous(sketch, symbols, bus)
    sketch.box(-1.1, belt, symbols["c_prev"], "state")
    sketch.wire([(-1.1, belt), (forget - OPERATION, belt)], "state")
    _draw_gate(sketch, bus, JOINT, forget, "forget", r"$\sigma$", "forget")
    sketch.wire([(forget, above), (forget, belt - OPERATION)], "forget")
    sketch.circle(forget, belt, r"$\times$", None)

    sketch.faint = last < 1
    _draw_gate(sketch, bus, forget, enter, "input", r"$\sigma$", "input_gate")
    _draw_gate(sketch, bus, enter, candidate, "candidate", r"$\tanh$", "candidate")
    sketch.wire([(enter, above), (enter, product), (add - OPERATION, product)], "input_gate")
    sketch.wire([(candidate, above), (candidate, product), (add + OPERATION, product)], "candidate")
    sketch.circle(add, product, r"$\times$", None)

    sketch.faint = last < 2
    sketch.wire([(add, product + OPERATION), (add, belt - OPERATION)])
    sketch.wire([(forget + OPERATION, belt), (add - OPERATION, belt)], "state")
    sketch.circle(add, belt, "+", None)
    sketch.wire([(add + OPERATION, belt), (right + 0.65, belt)], "state")
    sketch.box(right + 1.1, belt, symbols["c_t"], "state")

    sketch.faint = last < 3
    _draw_gate(sketch, bus, candidate, leave, "output", r"$\sigma$", "output_gate")
    sketch.dot(squash, belt, "state")
    sketch.wire([(squash, belt), (squash, product + 0.3)], "state")
    sketch.box(squash, product, r"$\tanh$", "state", 0.95, 0.6)
    sketch.wire([(squash, product - 0.3), (squash, OPERATION)], "state")
    sketch.wire([(leave + GATE_WIDTH / 2, 0), (squash - OPERATION, 0)], "output_gate")
    sketch.circle(squash, 0, r"$\times$", None)
    sketch.wire([(squash, -OPERATION), (squash, bus), (right + 0.65, bus)], "state")
    sketch.box(right + 1.1, bus, symbols["h_t"], "state")
    return sketch.finish()


def draw_gru(
    stage: str = "state", names: Mapping[str, str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the inside of a GRU cell: all of it, or gate by gate.

    The convention is that of Keras, h_t = z * h_prev + (1 - z) * candidate.

    Args:
        stage: how far the cell is explained, one of `GRU_STAGES`: "reset", "candidate", "update",
            "state" (the whole cell). What comes later is drawn faintly.
        names: dict from a name ("x_t", "h_prev", "h_t") to the text in its box.
        ax: the axes to draw on; a new figure of a fitting size unless given.

    Returns:
        The axes.

    Raises:
        ValueError: the stage or a name is unknown.
    """
    last = _stage_number(stage, GRU_STAGES)
    symbols = _renamed({"x_t": "$x_t$", "h_prev": "$h_{t-1}$", "h_t": "$h_t$"}, names)
    sketch = _Sketch(ax)
    reset, update, candidate, right = 1.9, 4.1, 6.4, 7.6
    scaled, product, belt, bus = 1.2, 1.95, 2.95, -1.15
    one_minus, lane = (update + candidate) / 2 + 0.1, candidate - GATE_WIDTH / 2 - 0.45
    above = GATE_HEIGHT / 2

    sketch.panel(right / 2, (belt + bus) / 2 - 0.2, right, belt - bus + 1.7)
    sketch.box(-1.1, belt, symbols["h_prev"], "state")
    sketch.box(JOINT, bus - 2.0, symbols["x_t"], "input", _row_width([symbols["x_t"]]))
    sketch.wire([(-0.65, belt), (reset, belt)], "state", head=False)
    sketch.dot(JOINT, belt, "state")
    sketch.wire([(JOINT, belt), (JOINT, bus)], "state", head=False)
    sketch.wire([(JOINT, bus - 1.64), (JOINT, bus)], "input", head=False)
    sketch.dot(JOINT, bus, None)
    _draw_gate(sketch, bus, JOINT, reset, "reset", r"$\sigma$", "reset")
    sketch.wire([(reset, above), (reset, scaled - OPERATION)], "reset")
    sketch.dot(reset, belt, "state")
    sketch.wire([(reset, belt), (reset, scaled + OPERATION)], "state")
    sketch.circle(reset, scaled, r"$\times$", None)

    sketch.faint = last < 1
    around = [(lane, scaled), (lane, 0), (candidate - GATE_WIDTH / 2, 0)]
    sketch.wire([(reset + OPERATION, scaled), *around], "state")
    _draw_gate(sketch, bus - 0.5, JOINT, candidate, "candidate", r"$\tanh$", "candidate", "input")
    sketch.dot(JOINT, bus - 0.5, "input")

    sketch.faint = last < 2
    _draw_gate(sketch, bus, reset, update, "update", r"$\sigma$", "update")
    sketch.wire([(update, above), (update, belt - OPERATION)], "update", over=GROUND)
    sketch.wire([(reset, belt), (update - OPERATION, belt)], "state")
    sketch.circle(update, belt, r"$\times$", None)
    sketch.dot(update, product, "update")
    sketch.wire([(update, product), (one_minus - OPERATION, product)], "update", over=GROUND)
    sketch.circle(one_minus, product, "1\N{MINUS SIGN}", None)

    sketch.faint = last < 3
    sketch.wire([(one_minus + OPERATION, product), (candidate - OPERATION, product)], "update")
    sketch.wire([(candidate, above), (candidate, product - OPERATION)], "candidate")
    sketch.circle(candidate, product, r"$\times$", None)
    sketch.wire([(candidate, product + OPERATION), (candidate, belt - OPERATION)])
    sketch.wire([(update + OPERATION, belt), (candidate - OPERATION, belt)], "state")
    sketch.circle(candidate, belt, "+", None)
    sketch.wire([(candidate + OPERATION, belt), (right + 0.65, belt)], "state")
    sketch.box(right + 1.1, belt, symbols["h_t"], "state")
    return sketch.finish()


def _draw_gate(sketch, bus, start, x, name, function, role, source=None):
    """Draw a gate at height 0 and the line to it, which leaves the bus where the last one did."""
    start -= 0.25 if start > JOINT else 0
    sketch.wire([(start, bus), (x, bus), (x, -GATE_HEIGHT / 2)], source)
    sketch.box(x, 0, "", role, GATE_WIDTH, GATE_HEIGHT)
    sketch.text(x, 0.19, name, GATE_NAME)
    sketch.text(x, -0.18, function, SYMBOL)


def _draw_previous(sketch, symbols, bus):
    """Draw h_prev and x_t, which join into the line that leads to all gates."""
    sketch.box(-1.1, bus, symbols["h_prev"], "state")
    sketch.box(JOINT, bus - 1.6, symbols["x_t"], "input", _row_width([symbols["x_t"]]))
    sketch.wire([(-0.65, bus), (JOINT, bus)], "state", head=False)
    sketch.wire([(JOINT, bus - 1.24), (JOINT, bus)], "input", head=False)
    sketch.dot(JOINT, bus, None)


def _stage_number(stage, stages):
    if stage not in stages:
        raise ValueError(f"there is no stage {stage!r}; choose from {', '.join(stages)}")
    return stages.index(stage)


def _renamed(symbols, names):
    """Return the symbols with those replaced that the reader wants to see otherwise."""
    for name in names or {}:
        if name not in symbols:
            raise ValueError(f"the cell shows no {name!r}; it shows {', '.join(symbols)}")
    return symbols | {name: str(text) for name, text in (names or {}).items()}


# Recurrent networks over time -----------------------------------------------------------------


def draw_rolled(
    input: str | None = "$x_t$",
    state: str = "$h_t$",
    output: str | None = "$o_t$",
    weights: Any = True,
    role: str = "state",
    ax: Axes | None = None,
) -> Axes:
    """Draw a recurrent layer as one box with a loop.

    Args:
        input: text in the box of the input.
        state: text in the box of the state.
        output: text in the box of the output; None for a layer without one.
        weights: which arrows carry the names of their weights: True for all, False for none, or
            some of "W_x", "W_h", "W_o".
        role: the role of `PALETTE` whose colour the state has.
        ax: the axes to draw on; a new figure of a fitting size unless given.

    Returns:
        The axes.

    Raises:
        ValueError: `weights` names a matrix that does not exist.
    """
    names = {name: f"${name}$" for name in _chosen_weights(weights)}
    sketch = _Sketch(ax)
    widths = _row_width([input]), _row_width([state], STATE_WIDTH), _row_width([output])
    _draw_column(sketch, 0, (input, state, output), widths, role, names)
    edge = widths[1] / 2
    loop = [(edge, 0.2), (edge + 1.3, 1.1), (edge + 1.3, -1.1), (edge, -0.2)]
    sketch.wire(loop, role, curve=True)
    if "W_h" in names:
        sketch.text(edge + 1.06, 0, names["W_h"], role="weight", ha="left")
    return sketch.finish()


def draw_unrolled(
    steps: int | None = None,
    inputs: Any = True,
    outputs: Any = True,
    states: Any = True,
    weights: Any = True,
    tied: bool = True,
    initial_state: bool | str = True,
    feedback: bool = False,
    encoder: int = 0,
    gradients: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw a recurrent layer unrolled over time, one column per step.

    Args:
        steps: number of steps; counted from the lists below unless given.
        inputs: True for x_1, x_2, ..., False for none, or a list with one text per step, in
            which None leaves that step without an input.
        outputs: as `inputs`, for o_1, o_2, ...; "last" for an output at the last step only.
        states: True for h_1, h_2, ..., or a list with one text per step.
        weights: which arrows carry the names of their weights: True for all, False for none, or
            some of "W_x", "W_h", "W_o".
        tied: whether all steps share their weights; otherwise each step has its own, W_x^(1),
            W_x^(2), ...
        initial_state: whether h_0 stands before the first step; a text is written in its place.
        feedback: whether each output is fed back as the input of the next step.
        encoder: number of first steps that belong to an encoder; the others are a decoder, in a
            second colour and with weights of its own.
        gradients: whether the way of the gradients is drawn too, from the outputs back to the
            states and from each state to the one before.
        ax: the axes to draw on; a new figure of a fitting size unless given.

    Returns:
        The axes.

    Raises:
        ValueError: there is no step, the lists differ in length, or a name is unknown.
    """
    weights = _chosen_weights(weights)
    steps = _count_steps(steps, inputs=inputs, outputs=outputs, states=states)
    if not 0 <= encoder < steps:
        raise ValueError(f"encoder is {encoder}; give fewer than all {steps} steps, or 0 for none")
    if isinstance(outputs, str):
        outputs = [None] * (steps - 1) + [f"$o_{{{steps}}}$"]
    rows = [
        _row_texts(given, steps, symbol)
        for given, symbol in ((inputs, "x"), (states, "h"), (outputs, "o"))
    ]
    inputs, _, outputs = rows
    widths = [
        _row_width(row, least)
        for row, least in zip(rows, (SIDE_WIDTH, STATE_WIDTH, SIDE_WIDTH), strict=True)
    ]
    gap = 0.95
    if "W_h" in weights:
        gap = 1.05 if tied else 1.35
        gap += 0.35 if feedback else 0
    side_gap = 0.8 if feedback else 0.35
    pitch = max(widths[1] + gap, widths[0] + side_gap, widths[2] + side_gap)
    in_the_way = widths if any(text is not None for text in inputs[1:]) else widths[1:]
    lane = max(in_the_way) / 2 + 0.42  # how far the feedback stands to the left of its column

    sketch = _Sketch(ax)
    for t in range(1, steps + 1):
        x, decodes = pitch * t, 0 < encoder < t
        role = "second_state" if decodes else "state"
        mark = ("" if tied else f"^{{({t})}}") + ("^{\\prime}" if decodes and tied else "")
        names = {name: f"${name}{mark}$" for name in weights}
        _draw_column(sketch, x, [row[t - 1] for row in rows], widths, role, names)
        if gradients and outputs[t - 1] is not None:
            top, bottom = ROW - SIDE_HEIGHT / 2, STATE_HEIGHT / 2
            sketch.wire([(x - 0.26, top), (x - 0.26, bottom)], "forget")
        before = x - pitch
        if t == 1 and not initial_state:
            continue
        if t == 1:
            text = initial_state if isinstance(initial_state, str) else "$h_0$"
            sketch.box(before, 0, text, "muted", widths[1], STATE_HEIGHT, dashed=True)
        source = "state" if t <= encoder + 1 else role
        sketch.wire([(before + widths[1] / 2, 0), (x - widths[1] / 2, 0)], source, over=PAPER)
        if gradients and t > 1:
            sketch.wire([(x - widths[1] / 2, -0.26), (before + widths[1] / 2, -0.26)], "forget")
        fed_back = feedback and t > 1 and outputs[t - 2] is not None
        if "W_h" in names:
            middle = before + widths[1] / 2 + x - (lane if fed_back else widths[1] / 2 + 0.1)
            sketch.text(middle / 2, 0.1, names["W_h"], role="weight", va="bottom")
        if fed_back:
            under = -(STATE_HEIGHT + ROW - SIDE_HEIGHT / 2) / 2
            end = [(x - lane, under), (x, under), (x, -STATE_HEIGHT / 2)]
            if inputs[t - 1] is not None:
                end = [(x - lane, -ROW), (x - widths[0] / 2, -ROW)]
            start = [(before + widths[2] / 2, ROW), (x - lane, ROW)]
            sketch.wire(start + end, "output", dashed=True)
    if encoder:
        left, right = pitch - widths[1] / 2, pitch * steps + widths[1] / 2
        _draw_bracket(sketch, left, pitch * encoder + widths[1] / 2, "encoder", "state")
        _draw_bracket(
            sketch, pitch * (encoder + 1) - widths[1] / 2, right, "decoder", "second_state"
        )
    return sketch.finish()


def draw_bidirectional(
    steps: int | None = None,
    inputs: Any = True,
    outputs: Any = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw a bidirectional layer unrolled over time: one network reads forwards, one backwards.

    Args:
        steps: number of steps; counted from the lists below unless given.
        inputs: True for x_1, x_2, ..., or a list with one text per step.
        outputs: True for o_1, o_2, ..., False for none, or a list with one text per step, in
            which None leaves that step without an output.
        ax: the axes to draw on; a new figure of a fitting size unless given.

    Returns:
        The axes.

    Raises:
        ValueError: there is no step, or the lists differ in length.
    """
    steps = _count_steps(steps, inputs=inputs, outputs=outputs)
    inputs, outputs = _row_texts(inputs, steps, "x"), _row_texts(outputs, steps, "o")
    widths = _row_width(inputs), _row_width(outputs)
    backward, top = 1.55, 1.55 + ROW  # heights of the second network and of the outputs
    shift, width, side = 0.5, 0.9, 0.28  # of the states to either side of their column; of wires
    edge, start, end = STATE_HEIGHT / 2, -ROW + SIDE_HEIGHT / 2, top - SIDE_HEIGHT / 2
    pitch = max(2.4, *(wide + 0.35 for wide in widths))
    sketch = _Sketch(ax)
    for t, (text, answer) in enumerate(zip(inputs, outputs, strict=True), start=1):
        x = pitch * t
        for at, y, role, arrow in (
            (x - shift, 0, "state", "right"),
            (x + shift, backward, "second_state", "left"),
        ):
            sketch.box(at, y, "", role, width, STATE_HEIGHT)
            # A little lower than other texts, to make room for the arrow.
            sketch.text(at, y - 0.06, rf"$\over{arrow}arrow{{h}}_{{{t}}}$", SYMBOL)
        if t > 1:
            ends = np.array([x - pitch + width / 2, x - width / 2])
            sketch.wire([(at, 0) for at in ends - shift], "state", over=PAPER)
            sketch.wire([(at, backward) for at in ends[::-1] + shift], "second_state", over=PAPER)
        if text is not None:
            sketch.box(x, -ROW, text, "input", widths[0])
            sketch.wire([(x - side, start), (x - side, -edge)], "input")
            sketch.wire([(x + side, start), (x + side, backward - edge)], "input")
        if answer is not None:
            sketch.box(x, top, answer, "output", widths[1])
            sketch.wire([(x - side, edge), (x - side, end)], "output")
            sketch.wire([(x + side, backward + edge), (x + side, end)], "output")
    return sketch.finish()


def draw_topology(
    kind: str,
    inputs: int | Sequence | None = None,
    outputs: int | Sequence | None = None,
    weights: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw one of the five ways in which inputs and outputs are arranged in time.

    Args:
        kind: one of `TOPOLOGIES`: "one to one", "one to many" (each output is fed back as the
            next input), "many to one", "many to many" (an output for each input) and
            "encoder-decoder" (many to many of another length).
        inputs: their number, or a list with the text of each.
        outputs: their number, or a list with the text of each.
        weights: as in `draw_unrolled`.
        ax: the axes to draw on; a new figure of a fitting size unless given.

    Returns:
        The axes.

    Raises:
        ValueError: the kind is unknown, or cannot have so many inputs or outputs.
    """
    usual: dict[str, tuple] = {
        "one to one": (["$x$"], ["$o$"]),
        "one to many": (["$x$"], 3),
        "many to one": (3, ["$o$"]),
        "many to many": (3, 3),
        "encoder-decoder": (2, 3),
    }
    if kind not in usual:
        raise ValueError(f"there is no topology {kind!r}; choose from {', '.join(TOPOLOGIES)}")
    inputs = _listed(usual[kind][0] if inputs is None else inputs, "x")
    outputs = _listed(usual[kind][1] if outputs is None else outputs, "o")
    ins, outs = len(inputs), len(outputs)
    wrong = {
        "one to one": ins != 1 or outs != 1,
        "one to many": ins != 1 or outs < 1,
        "many to one": ins < 1 or outs != 1,
        "many to many": ins < 1 or ins != outs,
        "encoder-decoder": ins < 1 or outs < 1,
    }
    if wrong[kind]:
        raise ValueError(
            f"{kind!r} cannot have {ins} inputs and {outs} outputs; change one of them"
        )
    options: Any = {"weights": weights, "initial_state": False, "ax": ax}
    if kind == "one to one":
        return draw_unrolled(1, inputs, outputs, ["$h$"], **options)
    if kind == "encoder-decoder":
        states = [f"$h_{{{t}}}$" for t in range(1, ins + 1)]
        states += [f"$s_{{{t}}}$" for t in range(1, outs + 1)]
        inputs, outputs = inputs + [None] * outs, [None] * ins + outputs
        return draw_unrolled(None, inputs, outputs, states, feedback=True, encoder=ins, **options)
    steps = max(ins, outs)
    inputs = inputs + [None] * (steps - ins)
    outputs = [None] * (steps - outs) + outputs
    return draw_unrolled(None, inputs, outputs, feedback=kind == "one to many", **options)


def _listed(given: int | Sequence, symbol: str) -> list:
    """Return the texts of a row: those given, or as many numbered symbols."""
    if isinstance(given, int):
        return [f"${symbol}_{{{t}}}$" for t in range(1, given + 1)]
    return [*given]


def _draw_column(sketch, x, texts, widths, role, names):
    """Draw one step: input, state, output (a text or None for each) and the arrows between."""
    input, state, output = texts
    edge, side = STATE_HEIGHT / 2, ROW - SIDE_HEIGHT / 2
    if input is not None:
        sketch.box(x, -ROW, input, "input", widths[0])
        sketch.wire([(x, -side), (x, -edge)], "input")
        if "W_x" in names:
            middle = -(side + edge) / 2 - 0.05
            sketch.text(x + 0.14, middle, names["W_x"], role="weight", ha="left")
    sketch.box(x, 0, state, role, widths[1], STATE_HEIGHT)
    if output is not None:
        sketch.box(x, ROW, output, "output", widths[2])
        sketch.wire([(x, edge), (x, side)], "output")
        if "W_o" in names:
            middle = (side + edge) / 2 - 0.05
            sketch.text(x + 0.14, middle, names["W_o"], role="weight", ha="left")


def _draw_bracket(sketch, left, right, name, role):
    """Draw a bracket with a name below the inputs of some steps."""
    y = -ROW - SIDE_HEIGHT / 2 - 0.3
    corners = [(left, y + 0.12), (left, y), (right, y), (right, y + 0.12)]
    sketch.wire(corners, role, head=False)
    sketch.text((left + right) / 2, y - 0.1, name, va="top")


def _row_width(texts, least=SIDE_WIDTH):
    """Return the width of the boxes of a row: as wide as its longest text needs, within reason."""
    widest = max((_text_width(text, SYMBOL) for text in texts if text), default=0)
    return min(max(least, widest + 0.36), WIDEST_BOX)


def _row_texts(given, steps, symbol):
    """Return one text per step from True (symbols with an index), False (none) or a list."""
    if given is True:
        return [f"${symbol}_{{{t}}}$" for t in range(1, steps + 1)]
    return [None] * steps if given is False else [*given]


def _chosen_weights(weights):
    chosen = WEIGHTS if weights is True else () if weights is False else tuple(weights)
    for name in chosen:
        if name not in WEIGHTS:
            raise ValueError(f"weights has {name!r}; choose from {', '.join(WEIGHTS)}")
    return chosen


def _count_steps(steps, **rows):
    """Return the number of steps on which the number given and all lists agree."""
    counts = {} if steps is None else {"steps": steps}
    for name, row in rows.items():
        if isinstance(row, str) and (name, row) != ("outputs", "last"):
            raise ValueError(f"{name} is the text {row!r}; give a list, such as list({row!r})")
        if not isinstance(row, bool | str):
            counts[name] = len(row)
    if not counts:
        raise ValueError("nothing tells the number of steps; give steps=5 or inputs=[...]")
    if len(set(counts.values())) > 1:
        raise ValueError(
            f"these differ in length: {counts}; give one entry per step, None for no box"
        )
    if min(counts.values()) < 1:
        raise ValueError(f"there is no step to draw: {counts}; give at least one")
    return min(counts.values())
