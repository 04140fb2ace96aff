"""Drawings of networks: dense, one cell, rolled, unrolled. One family, one palette.

Every drawing is a picture in units of its own: boxes, lines and letters grow and shrink together,
so it looks the same on a whole figure and in a small panel. The states stand at height 0 in every
drawing; panels side by side therefore line up (`draw_row` also gives them one scale).
"""

from functools import lru_cache
from itertools import pairwise

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.textpath import TextPath
from matplotlib.transforms import Bbox

from course_utils.plotting import INK, PALETTE, PAPER

INCHES_PER_UNIT = 0.6
WIDEST = 9.6  # inches: what a JupyterLab page shows without shrinking
MARGIN = 0.2

TEXT = 0.34  # height of letters in units: symbols and words
SMALL = 0.27  # weights, captions
LINE = 0.045

TOPOLOGIES = ("one to one", "one to many", "many to one", "many to many", "encoder-decoder")


# Primitives ---------------------------------------------------------------------------------


def _points_per_unit(ax):
    """Return how many points one unit of the drawing measures on paper right now."""
    (left, _), (right, _) = ax.transData.transform([(0, 0), (1, 0)])
    return (right - left) * 72 / ax.get_figure(root=True).dpi


class _Letters(Text):
    """Text whose size is given in units of the drawing."""

    def __init__(self, x, y, text, size, **style):
        super().__init__(x, y, text, **style)
        self._units = size

    def get_window_extent(self, *args, **kwargs):
        self.set_fontsize(self._units * _points_per_unit(self.axes))
        return super().get_window_extent(*args, **kwargs)

    def draw(self, renderer):
        self.set_fontsize(self._units * _points_per_unit(self.axes))
        super().draw(renderer)


class _Outline(PathPatch):
    """A path whose line width is given in units of the drawing."""

    def __init__(self, path, width, **style):
        super().__init__(path, **style)
        self._units = width

    def draw(self, renderer):
        self.set_linewidth(self._units * _points_per_unit(self.axes))
        super().draw(renderer)


@lru_cache(maxsize=512)
def _text_width(text, size):
    """Return the width of a text in units."""
    if not text:
        return 0.0
    lines = text.split("\n")
    return max(
        TextPath((0, 0), line, size=size, prop=FontProperties()).get_extents().width
        for line in lines
    )


def _mix(color, share):
    """Return the colour thinned with paper; `share` is what is left of it."""
    return share * np.array(to_rgb(color)) + (1 - share) * np.array(to_rgb(PAPER))


def _color(role):
    return PALETTE.get(role, INK)


class _Sketch:
    """An empty sheet: collects artists, keeps their bounds, and fits the axes round them."""

    def __init__(self, ax):
        self.own_figure = ax is None
        self.ax = plt.figure().add_subplot() if ax is None else ax
        self.low = np.array([np.inf, np.inf])
        self.high = -self.low

    def _cover(self, x, y, width=0.0, height=0.0):
        half = np.array([width, height]) / 2
        self.low = np.minimum(self.low, np.array([x, y]) - half)
        self.high = np.maximum(self.high, np.array([x, y]) + half)

    def text(
        self, x, y, text, size=SMALL, color=INK, ha="center", va="center", gid="label", zorder=5
    ):
        width, height = _text_width(text, size), 1.25 * size * (1 + text.count("\n"))
        shift_x = {"left": width / 2, "center": 0, "right": -width / 2}[ha]
        shift_y = {"bottom": height / 2, "center": 0, "top": -height / 2}[va]
        self._cover(x + shift_x, y + shift_y, width, height)
        self.ax.add_artist(
            _Letters(x, y, text, size, color=color, ha=ha, va=va, gid=gid, zorder=zorder)
        )

    def box(self, x, y, text, role, width=1.0, height=0.8, dashed=False, size=TEXT):
        """A rounded box in the colour of a role; a text too long for it is written smaller."""
        shape = FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.16",
        )
        self._shape(shape.get_path(), role, dashed)
        self._cover(x, y, width + LINE, height + LINE)
        if text:
            fit = min(1.0, (width - 0.16) / _text_width(text, size))
            self.text(x, y, text, size * fit)

    def panel(self, x, y, width, height):
        """A pale ground that holds parts together."""
        shape = FancyBboxPatch(
            (x - width / 2, y - height / 2), width, height, boxstyle="round,pad=0,rounding_size=0.3"
        )
        style = {"facecolor": "#F1EFE9", "edgecolor": "#D9D5CB", "gid": "panel", "zorder": 1}
        self.ax.add_artist(_Outline(shape.get_path(), 0.6 * LINE, **style))
        self._cover(x, y, width, height)

    def circle(self, x, y, text, role, radius=0.3, size=TEXT):
        """A round node: a unit of a layer, or an operation such as a sum."""
        self._shape(Path.circle((x, y), radius), role, False)
        self._cover(x, y, 2 * radius + LINE, 2 * radius + LINE)
        if text:
            fit = min(1.0, (1.6 * radius) / _text_width(text, size))
            self.text(x, y, text, size * fit)

    def _shape(self, path, role, dashed):
        color = _color(role)
        self.ax.add_artist(
            _Outline(
                path,
                LINE,
                facecolor=PAPER if dashed else _mix(color, 0.2),
                edgecolor=color,
                linestyle=(0, (3, 2)) if dashed else "-",
                gid=f"box:{role}",
                zorder=3,
            )
        )

    def dot(self, x, y, role):
        """A point where a line branches."""
        self.ax.add_artist(
            _Outline(
                Path.circle((x, y), 0.07), 0, facecolor=_color(role), edgecolor="none", zorder=4
            )
        )

    def wire(
        self,
        points,
        role="ink",
        head=True,
        width=LINE,
        dashed=False,
        corner=0.25,
        curve=False,
        bridge=False,
        gid="wire",
    ):
        """A line through points with rounded corners and a head at its end.

        With `curve` the four points are those of a cubic Bezier curve. With `bridge` the line
        passes over what it crosses.
        """
        points = np.asarray(points, dtype=float)
        for x, y in points:
            self._cover(x, y, width, width)
        color = _color(role)
        if head:
            points[-1] = self._head(points[-1], points[-1] - points[-2], color)
        vertices, codes = [points[0]], [Path.MOVETO]
        if curve:
            vertices += [*points[1:]]
            codes += [Path.CURVE4] * 3
        else:
            for before, here, after in zip(points, points[1:-1], points[2:], strict=False):
                to_before, to_after = before - here, after - here
                far_before, far_after = np.hypot(*to_before), np.hypot(*to_after)
                radius = min(corner, far_before / 2, far_after / 2)
                vertices += [
                    here + to_before * radius / far_before,
                    here,
                    here + to_after * radius / far_after,
                ]
                codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
            vertices.append(points[-1])
            codes.append(Path.LINETO)
        style = {"facecolor": "none", "capstyle": "butt", "joinstyle": "round"}
        if bridge:
            self.ax.add_artist(
                _Outline(Path(vertices, codes), 4 * width, edgecolor=PAPER, zorder=2.4, **style)
            )
        self.ax.add_artist(
            _Outline(
                Path(vertices, codes),
                width,
                edgecolor=color,
                linestyle=(0, (2.2, 1.4)) if dashed else "-",
                gid=gid,
                zorder=2.5 if bridge else 2,
                **style,
            )
        )

    def _head(self, tip, along, color):
        """Draw an arrow's head and return where its shaft ends."""
        along = 0.21 * along / np.hypot(*along)
        across = 0.48 * np.array([-along[1], along[0]])
        notch = tip - 0.75 * along
        outline = [tip, tip - along + across, notch, tip - along - across, tip]
        path = Path(outline, [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY])
        self.ax.add_artist(
            _Outline(path, 0, facecolor=color, edgecolor="none", gid="head", zorder=2.6)
        )
        return notch

    def finish(self):
        """Fit the axes round what was drawn and return them."""
        (left, bottom), (right, top) = self.low - MARGIN, self.high + MARGIN
        ax = self.ax
        if self.own_figure:
            scale = min(INCHES_PER_UNIT, WIDEST / (right - left))
            ax.figure.set_size_inches((right - left) * scale, (top - bottom) * scale)
            ax.set_position([0, 0, 1, 1])
        ax.set(xlim=(left, right), ylim=(bottom, top))
        ax.set_aspect("equal")
        ax.set_axis_off()
        ax.set_axes_locator(_never_enlarged)
        return ax


def _never_enlarged(ax, renderer):
    """Return the place of a drawing in its figure: centred, at most at its usual scale."""
    place = ax.get_position(original=True)
    figure_width, figure_height = ax.get_figure(root=True).get_size_inches()
    width = min(place.width, abs(np.diff(ax.get_xlim())[0]) * INCHES_PER_UNIT / figure_width)
    height = min(place.height, abs(np.diff(ax.get_ylim())[0]) * INCHES_PER_UNIT / figure_height)
    center_x, center_y = (place.x0 + place.x1) / 2, (place.y0 + place.y1) / 2
    return Bbox.from_bounds(center_x - width / 2, center_y - height / 2, width, height)


# Drawings -----------------------------------------------------------------------------------


def draw_dense(layers, names=None, roles=None, weights=None, ax=None):
    """Draw a fully connected network from left to right.

    Args:
        layers: one entry per layer: a number of units, or a list with one text per unit.
        names: one text per layer, written below it, such as "letter in".
        roles: one role of `PALETTE` per layer; "input", "state", ..., "output" unless given.
        weights: one text per pair of neighbouring layers, written above its lines, such as "$W_x$".
        ax: the axes to draw on; a new figure of a fitting size unless given.

    Returns:
        The axes.

    Raises:
        ValueError: fewer than two layers, an empty layer, or a list that does not fit the layers.
    """
    units = [
        [""] * layer if isinstance(layer, int | np.integer) else list(layer) for layer in layers
    ]
    if len(units) < 2 or not all(units):
        raise ValueError(
            f"layers is {layers!r}; give at least two layers of at least one unit each"
        )
    roles = roles or ["input", *["state"] * (len(units) - 2), "output"]
    for given, count, what in (
        (names, len(units), "names"),
        (roles, len(units), "roles"),
        (weights, len(units) - 1, "weights"),
    ):
        if given is not None and len(given) != count:
            raise ValueError(f"{len(given)} {what} for {len(units)} layers; give {count}")

    sketch = _Sketch(ax)
    gap, radius, step = 2.4, 0.3, 0.78
    tallest = max(len(layer) for layer in units)
    heights = [step * ((len(layer) - 1) / 2 - np.arange(len(layer))) for layer in units]
    for column, (left, right) in enumerate(pairwise(heights)):
        thin = LINE * (0.55 if len(left) * len(right) < 60 else 0.35)
        for y_left in left:
            for y_right in right:
                start, end = (
                    np.array([gap * column, y_left]),
                    np.array([gap * (column + 1), y_right]),
                )
                along = (end - start) / np.hypot(*(end - start)) * radius
                sketch.wire(
                    [start + along, end - along], "muted", head=False, width=thin, gid="weight"
                )
    for column, (layer, at, role) in enumerate(zip(units, heights, roles, strict=True)):
        for text, y in zip(layer, at, strict=True):
            sketch.circle(gap * column, y, text, role, radius)
    edge = step * (tallest - 1) / 2 + radius
    for column, name in enumerate(names or []):
        sketch.text(gap * column, -edge - 0.25, name, va="top")
    for column, name in enumerate(weights or []):
        sketch.text(gap * (column + 0.5), edge + 0.1, name, TEXT, PALETTE["weight"], va="bottom")
    return sketch.finish()


def draw_cell(output=False, activation=r"$\tanh$", values=None, ax=None):
    """Draw the inside of one recurrent cell: two weighted sums, the bias, the activation.

    Args:
        output: whether o_t = h_t W_o + b_o is drawn above the cell.
        activation: text in the box of the activation.
        values: dict from a name ("x_t", "h_prev", "W_x", "W_h", "b_h", "h_t", "W_o", "b_o",
            "o_t") to a number or text that is written beside the symbol.
        ax: the axes to draw on; a new figure of a fitting size unless given.

    Returns:
        The axes.

    Raises:
        ValueError: `values` has a name that the drawing does not show.
    """
    symbols = {
        "x_t": "$x_t$",
        "h_prev": "$h_{t-1}$",
        "W_x": "$W_x$",
        "W_h": "$W_h$",
        "b_h": "$b_h$",
        "h_t": "$h_t$",
    }
    if output:
        symbols |= {"W_o": "$W_o$", "b_o": "$b_o$", "o_t": "$o_t$"}
    for name in values or {}:
        if name not in symbols:
            raise ValueError(f"the cell shows no {name!r}; it shows {', '.join(symbols)}")
    for name, value in (values or {}).items():
        symbols[name] += f"\n{value}"

    sketch = _Sketch(ax)
    sketch.panel(2.1, 0, 4.2, 3.1)
    sketch.wire([(-1.5, 0), (0.15, 0)], "state")
    sketch.wire([(1.05, 0), (1.6, 0)])
    sketch.wire([(1.9, -2.0), (1.9, -1.2)], "input")
    sketch.wire([(1.9, -0.6), (1.9, -0.3)])
    sketch.wire([(1.9, 0.65), (1.9, 0.3)])
    sketch.wire([(2.2, 0), (2.7, 0)])
    sketch.wire([(3.6, 0), (5.3, 0)], "state")
    sketch.box(-2.0, 0, symbols["h_prev"], "state")
    sketch.box(0.6, 0, symbols["W_h"], "weight", 0.9, 0.7)
    sketch.box(1.9, -2.4, symbols["x_t"], "input")
    sketch.box(1.9, -0.9, symbols["W_x"], "weight", 0.9, 0.6)
    sketch.box(1.9, 0.95, symbols["b_h"], "weight", 0.9, 0.6)
    sketch.circle(1.9, 0, "+", "ink")
    sketch.box(3.15, 0, activation, "state", 0.9, 0.7)
    sketch.dot(4.4, 0, "state")
    sketch.box(5.8, 0, symbols["h_t"], "state")
    if output:
        sketch.wire([(4.4, 0), (4.4, 1.7)], "state")
        sketch.box(4.4, 2.0, symbols["W_o"], "weight", 0.9, 0.6)
        sketch.wire([(4.4, 2.3), (4.4, 2.75)])
        sketch.circle(4.4, 3.05, "+", "ink")
        sketch.box(5.8, 3.05, symbols["b_o"], "weight", 0.9, 0.6)
        sketch.wire([(5.35, 3.05), (4.7, 3.05)])
        sketch.wire([(4.4, 3.35), (4.4, 3.8)], "output")
        sketch.box(4.4, 4.2, symbols["o_t"], "output")
    else:
        sketch.wire([(4.4, 0), (4.4, 2.0)], "state")
        sketch.box(4.4, 2.4, symbols["h_t"], "state")
    return sketch.finish()


def draw_rolled(input="$x_t$", state="$h_t$", output="$o_t$", weights=True, role="state", ax=None):
    """Draw a recurrent layer as one box with a loop.

    Args:
        input: text in the box of the input.
        state: text in the box of the state.
        output: text in the box of the output; None for a layer without one.
        weights: which arrows carry the names of their weights: True for all, False for none, or
            some of "W_x", "W_h", "W_o".
        role: role of `PALETTE` whose colour the state has.
        ax: the axes to draw on; a new figure of a fitting size unless given.

    Returns:
        The axes.

    Raises:
        ValueError: `weights` names a matrix that does not exist.
    """
    weights = _chosen_weights(weights)
    sketch = _Sketch(ax)
    _draw_step(
        sketch,
        0,
        input,
        state,
        output,
        role=role,
        names={name: f"${name}$" for name in weights},
        widths=(_row_width([input]), _row_width([state], STATE_WIDTH), _row_width([output])),
    )
    right = _row_width([state], STATE_WIDTH) / 2
    loop = [(right, 0.2), (right + 1.25, 1.0), (right + 1.25, -1.0), (right, -0.2)]
    sketch.wire(loop, role, curve=True)
    if "W_h" in weights:
        sketch.text(right + 1.05, 0, "$W_h$", color=PALETTE["weight"], ha="left")
    return sketch.finish()


def draw_unrolled(
    steps=None,
    inputs=True,
    outputs=True,
    states=True,
    weights=True,
    tied=True,
    initial_state=True,
    feedback=False,
    encoder=0,
    ax=None,
):
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
        initial_state: whether h_0 stands before the first step; a text is written instead of h_0.
        feedback: whether each output is fed back as the input of the next step.
        encoder: number of first steps that belong to an encoder; the others are a decoder of a
            second colour with weights of its own.
        ax: the axes to draw on; a new figure of a fitting size unless given.

    Returns:
        The axes.

    Raises:
        ValueError: there is no step, the lists differ in length, or a name is unknown.
    """
    weights = _chosen_weights(weights)
    steps = _count_steps(steps, inputs=inputs, outputs=outputs, states=states)
    if not 0 <= encoder < steps:
        raise ValueError(
            f"encoder is {encoder}; give fewer than all {steps} steps, 0 for no encoder"
        )
    count = range(1, steps + 1)
    own_words = isinstance(inputs, list | tuple), isinstance(outputs, list | tuple)
    inputs = _texts(inputs, [f"$x_{{{t}}}$" for t in count])
    if outputs == "last":
        outputs = [None] * (steps - 1) + [f"$o_{{{steps}}}$"]
    outputs = _texts(outputs, [f"$o_{{{t}}}$" for t in count])
    states = _texts(states, [f"$h_{{{t}}}$" for t in count])

    widths = (_row_width(inputs), _row_width(states, STATE_WIDTH), _row_width(outputs))
    gap = 1.0 if "W_h" not in weights else 1.1 if tied and not encoder else 1.35
    pitch = max(widths[1] + gap, widths[0] + 0.35, widths[2] + 0.35)
    sketch = _Sketch(ax)
    for t in count:
        x = pitch * t
        mark = "" if tied else f"^{{({t})}}"
        mark = "^{\\prime}" if encoder and t > encoder else mark
        role = "second_state" if encoder and t > encoder else "state"
        _draw_step(
            sketch,
            x,
            inputs[t - 1],
            states[t - 1],
            outputs[t - 1],
            role=role,
            names={name: f"${name}{mark}$" for name in weights},
            widths=widths,
        )
        if t == 1 and not initial_state:
            continue
        left = x - pitch
        if t == 1:
            text = initial_state if isinstance(initial_state, str) else "$h_0$"
            sketch.box(left, 0, text, "muted", widths[1], STATE_HEIGHT, dashed=True)
        sketch.wire(
            [(left + widths[1] / 2, 0), (x - widths[1] / 2, 0)],
            "state" if t <= encoder + 1 else role,
        )
        if "W_h" in weights:
            sketch.text(x - pitch / 2, 0.1, f"$W_h{mark}$", color=PALETTE["weight"], va="bottom")
        if feedback and t > 1 and outputs[t - 2] is not None:
            start, lane = left + widths[2] / 2, x - widths[1] / 2 - 0.3
            if inputs[t - 1] is None:
                under = -STATE_HEIGHT / 2 - 0.55
                end = [(lane, under), (x, under), (x, -STATE_HEIGHT / 2)]
            else:
                end = [(lane, -ROW), (x - widths[0] / 2, -ROW)]
            sketch.wire([(start, ROW), (lane, ROW), *end], "output", dashed=True, bridge=True)
    return sketch.finish()


def draw_topology(kind, inputs=None, outputs=None, weights=False, ax=None):
    """Draw one of the five ways in which inputs and outputs can be arranged in time.

    Args:
        kind: one of `TOPOLOGIES`: "one to one", "one to many" (each output is fed back as the
            next input), "many to one", "many to many" (an output for each input) and
            "encoder-decoder" (outputs of another length).
        inputs: their number, or a list with the text of each.
        outputs: their number, or a list with the text of each.
        weights: as in `draw_unrolled`.
        ax: the axes to draw on; a new figure of a fitting size unless given.

    Returns:
        The axes.

    Raises:
        ValueError: the kind is unknown, or does not allow so many inputs or outputs.
    """
    usual = {
        "one to one": (["$x$"], ["$o$"]),
        "one to many": (["$x$"], 4),
        "many to one": (4, ["$o$"]),
        "many to many": (4, 4),
        "encoder-decoder": (3, 4),
    }
    if kind not in usual:
        raise ValueError(f"there is no topology {kind!r}; choose from {', '.join(TOPOLOGIES)}")
    inputs, outputs = (
        [f"${symbol}_{{{t}}}$" for t in range(1, given + 1)]
        if isinstance(given, int)
        else list(given)
        for given, symbol in (
            (usual[kind][0] if inputs is None else inputs, "x"),
            (usual[kind][1] if outputs is None else outputs, "o"),
        )
    )
    ins, outs = len(inputs), len(outputs)
    one_in, one_out = kind.startswith("one"), kind.endswith("one")
    if not ins or not outs or (one_in and ins > 1) or (one_out and outs > 1):
        raise ValueError(f"{kind!r} cannot have {ins} inputs and {outs} outputs")
    if kind == "many to many" and ins != outs:
        raise ValueError(
            f"{kind!r} has an output per input; for {ins} and {outs} use 'encoder-decoder'"
        )
    options = {"weights": weights, "initial_state": False}
    if kind == "one to one":
        return draw_unrolled(1, inputs, outputs, ["$h$"], ax=ax, **options)
    if kind == "encoder-decoder":
        states = [f"$h_{{{t}}}$" for t in range(1, ins + 1)]
        states += [f"$s_{{{t}}}$" for t in range(1, outs + 1)]
        return draw_unrolled(
            ins + outs,
            inputs + [None] * outs,
            [None] * ins + outputs,
            states,
            feedback=True,
            encoder=ins,
            ax=ax,
            **options,
        )
    steps = max(ins, outs)
    inputs += [None] * (steps - ins)
    outputs = [None] * (steps - outs) + outputs
    return draw_unrolled(steps, inputs, outputs, feedback=one_in, ax=ax, **options)


def draw_row(*drawings, titles=None):
    """Draw several drawings side by side at one scale, their states at one height.

    Args:
        drawings: functions that take an axes, such as `lambda ax: draw_rolled(ax=ax)`.
        titles: one text per drawing, written above it.

    Returns:
        The axes, one per drawing.

    Raises:
        ValueError: there is no drawing, or titles do not fit the drawings.
    """
    if not drawings or (titles is not None and len(titles) != len(drawings)):
        raise ValueError(f"{len(drawings)} drawings, titles {titles}; give one title per drawing")
    figure = plt.figure(layout="none")
    axes = figure.subplots(1, len(drawings), squeeze=False)[0]
    for ax, draw in zip(axes, drawings, strict=True):
        draw(ax)
    bottom = min(ax.get_ylim()[0] for ax in axes)
    top = max(ax.get_ylim()[1] for ax in axes)
    spans = np.array([np.diff(ax.get_xlim())[0] for ax in axes])
    heading = 0.6 if titles else 0.0  # units
    scale = min(INCHES_PER_UNIT, WIDEST / spans.sum())
    figure.set_size_inches(spans.sum() * scale, (top - bottom + heading) * scale)
    left = 0.0
    for ax, span in zip(axes, spans, strict=True):
        ax.set_ylim(bottom, top)
        ax.set_position([left, 0, span / spans.sum(), (top - bottom) / (top - bottom + heading)])
        left += span / spans.sum()
    for ax, title in zip(axes, titles or [], strict=False):
        ax.add_artist(
            _Letters(
                np.mean(ax.get_xlim()),
                top,
                title,
                TEXT,
                color=INK,
                ha="center",
                va="bottom",
                weight="bold",
            )
        )
    return axes


# Parts of the recurrent drawings --------------------------------------------------------------

WEIGHTS = ("W_x", "W_h", "W_o")
STATE_WIDTH, STATE_HEIGHT = 1.1, 0.9
SIDE_HEIGHT = 0.72
ROW = 1.75  # distance of inputs and outputs from the states


def _draw_step(sketch, x, input, state, output, role, names, widths):
    """Draw one column: input, state, output and the arrows between them."""
    edge, side = STATE_HEIGHT / 2, ROW - SIDE_HEIGHT / 2
    if input is not None:
        sketch.box(x, -ROW, input, "input", widths[0], SIDE_HEIGHT)
        sketch.wire([(x, -side), (x, -edge)], "input")
        if "W_x" in names:
            sketch.text(
                x + 0.14, -(side + edge) / 2, names["W_x"], color=PALETTE["weight"], ha="left"
            )
    sketch.box(x, 0, state, role, widths[1], STATE_HEIGHT)
    if output is not None:
        sketch.box(x, ROW, output, "output", widths[2], SIDE_HEIGHT)
        sketch.wire([(x, edge), (x, side)], "output")
        if "W_o" in names:
            sketch.text(
                x + 0.14, (side + edge) / 2, names["W_o"], color=PALETTE["weight"], ha="left"
            )


def _row_width(texts, least=0.9):
    """Return the width of the boxes of a row: wide enough for each text, within reason."""
    widest = max((_text_width(text, TEXT) for text in texts if text), default=0.0)
    return min(max(least, widest + 0.36), 2.8)


def _chosen_weights(weights):
    chosen = WEIGHTS if weights is True else () if weights is False else tuple(weights)
    for name in chosen:
        if name not in WEIGHTS:
            raise ValueError(f"weights has {name!r}; choose from {', '.join(WEIGHTS)}")
    return chosen


def _texts(given, usual):
    """Return one text per step from True (the usual ones), False (none) or a list."""
    if given is True:
        return usual
    return [None] * len(usual) if given is False else list(given)


def _count_steps(steps, **rows):
    """Return the number of steps on which the number and all lists agree."""
    counts = {name: len(row) for name, row in rows.items() if isinstance(row, list | tuple)}
    if steps is not None:
        counts["steps"] = steps
    if not counts:
        raise ValueError("nothing tells the number of steps; give steps=5 or inputs=[...]")
    if len(set(counts.values())) > 1:
        raise ValueError(
            f"these differ in length: {counts}; give one entry per step (None for no box)"
        )
    (steps,) = set(counts.values())
    if steps < 1:
        raise ValueError("there are no steps; give at least one")
    return steps
