"""One look for every figure of the course, and the few plots that several lessons share.

Each plot takes its data and `ax=None` and returns the axes it drew on.
"""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

# What a colour means, in drawings and in plots alike. The first seven are those of Okabe and Ito
# (2008), "Color Universal Design"; the others were searched so that any two roles stay apart for
# readers with deuteranopia, protanopia and tritanopia too (tests/test_plotting.py measures it).
PALETTE = {
    "input": "#009E73",
    "state": "#0072B2",
    "output": "#E69F00",
    "second_state": "#CC79A7",
    "forget": "#D55E00",
    "candidate": "#56B4E9",
    "truth": "#1A1A1A",
    "weight": "#87337B",
    "input_gate": "#18D77C",
    "output_gate": "#BBA149",
    "update": "#102578",
    "reset": "#923315",
    "baseline": "#4C4C4C",
    "muted": "#C1C1C1",
}

INK = "#20262C"
PAPER = "#FDFCF9"

# The order in which curves without a role of their own take their colours.
_CURVES = ("state", "forget", "input", "second_state", "output", "candidate", "update")

_SEQUENTIAL = LinearSegmentedColormap.from_list(
    "course_sequential", [PAPER, "#BFDCEB", "#5BA3CF", PALETTE["state"], "#0B2F52"]
)
_DIVERGING = LinearSegmentedColormap.from_list(
    "course_diverging",
    ["#7A2E00", PALETTE["forget"], "#F2C9AC", PAPER, "#B5D5E8", "#0072B2", "#083A63"],
)

_STYLE: Any = {
    "figure.figsize": (7.0, 3.6),
    "figure.dpi": 100,
    "figure.facecolor": PAPER,
    "figure.constrained_layout.use": True,
    "savefig.dpi": 200,
    "savefig.facecolor": PAPER,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 11,
    "mathtext.fontset": "cm",
    "text.color": INK,
    "axes.facecolor": PAPER,
    "axes.edgecolor": "#6B7278",
    "axes.labelcolor": INK,
    "axes.labelsize": 11,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.prop_cycle": plt.cycler(color=[PALETTE[role] for role in _CURVES]),
    "grid.color": "#E4E2DC",
    "grid.linewidth": 0.8,
    "xtick.color": "#6B7278",
    "ytick.color": "#6B7278",
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "lines.linewidth": 2.0,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "legend.fontsize": 10,
}


def use_style() -> None:
    """Set the course's look for all figures drawn from here on.

    Figures get an opaque, slightly warm white background, so that they stay legible on
    JupyterLab's dark theme. In a notebook they are stored at twice the usual resolution.
    """
    mpl.rcParams.update(_STYLE)
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return
    shell = get_ipython()
    if shell is not None and getattr(shell, "kernel", None) is not None:
        set_matplotlib_formats("retina")


def plot_curve(
    values: Any,
    xlabel: str = "epoch",
    ylabel: str = "loss",
    baselines: Mapping[str, float] | None = None,
    log: bool = False,
    x: Any = None,
    colors: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Plot one curve or several, each named at its right end, with horizontal baselines.

    Args:
        values: numbers of shape (points,), or a dict from label to such numbers.
        xlabel: what the points are counted in.
        ylabel: what was measured, with its unit.
        baselines: dict from label to a height at which a dashed line is drawn and named,
            for example {"ceiling": 16 / 31}.
        log: whether the vertical axis is logarithmic.
        x: positions of the points, shape (points,); 1, 2, 3, ... unless given. A dict from label
            to positions where the curves differ.
        colors: dict from label to a role of `PALETTE` or any Matplotlib colour. A label that is
            itself a role takes that role's colour unasked.
        ax: the axes to draw on; a new figure unless given.

    Returns:
        The axes.

    Raises:
        ValueError: there is nothing to draw, or `x` does not fit the values.
    """
    curves = values if isinstance(values, dict) else {"": values}
    if not curves:
        raise ValueError("there is no curve to plot; give numbers, or a dict from label to numbers")
    ax = plt.figure().add_subplot() if ax is None else ax
    names = []
    unused = cycle(_CURVES)
    for label, heights in curves.items():
        heights = np.asarray(heights, dtype=float)
        if heights.ndim != 1 or heights.size == 0:
            raise ValueError(
                f"curve {label!r} has shape {heights.shape}; give one number per point, (points,)"
            )
        places = x.get(label) if isinstance(x, dict) else x
        places = np.arange(1, heights.size + 1) if places is None else np.asarray(places)
        if places.shape != heights.shape:
            raise ValueError(
                f"curve {label!r} has {heights.size} points and x the shape {places.shape}; "
                "give one x per point"
            )
        role = (colors or {}).get(label) or (label if label in PALETTE else next(unused))
        color = PALETTE.get(role, role)
        ax.plot(places, heights, color=color, marker="o" if heights.size == 1 else None)
        finite = heights[np.isfinite(heights)]
        if label and finite.size:
            names.append((finite[-1], label, color))
    for label, height in (baselines or {}).items():
        ax.axhline(height, color=PALETTE["baseline"], linewidth=1.4, dashes=(5, 3), zorder=1.5)
        names.append((height, label, PALETTE["baseline"]))
    if log:
        ax.set_yscale("log")
    if x is None:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(x=0.02)
    _name_at_right_edge(ax, names)
    return ax


def _name_at_right_edge(ax, names):
    """Write labels beside the axes, each at its height, or a little off where they crowd.

    Args:
        ax: axes with their final limits.
        names: triples (height, label, color).
    """
    names = sorted(names, key=lambda name: name[0])
    ax.get_ylim()  # settles limits that are still to be computed from the data
    pixels = ax.transData.transform([(0, height) for height, _, _ in names] or [(0, 0)])[:, 1]
    points = pixels * 72 / ax.figure.dpi
    # Neighbours closer than a line of text form a group, which is spread round its own middle.
    apart = 1.25 * mpl.rcParams["font.size"]
    groups = []
    for index, height in enumerate(points[: len(names)]):
        groups.append([height - index * apart])
        while len(groups) > 1 and np.mean(groups[-2]) > np.mean(groups[-1]):
            last = groups.pop()
            groups[-1] += last
    spread = [np.mean(group) for group in groups for _ in group]
    for index, (height, label, color) in enumerate(names):
        ax.annotate(
            label,
            xy=(1, height),
            xycoords=ax.get_yaxis_transform(),
            xytext=(6, spread[index] + index * apart - points[index]),
            textcoords="offset points",
            color=color,
            va="center",
            annotation_clip=False,
        )


def plot_heatmap(
    matrix: ArrayLike,
    row_labels: Sequence | None = None,
    column_labels: Sequence | None = None,
    xlabel: str | None = None,
    ylabel: str | None = None,
    limits: tuple[float, float] | None = None,
    annotate: bool | None = None,
    fmt: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Plot a matrix as coloured cells: a confusion matrix, an alignment, states over time.

    A scale that starts at zero or above runs from white to blue; one that starts below zero is
    made symmetric and runs from orange through white, which is zero, to blue.

    Args:
        matrix: shape (rows, columns); row 0 is drawn at the top.
        row_labels: one text per row; row numbers unless given.
        column_labels: one text per column; column numbers unless given.
        xlabel: what the columns are.
        ylabel: what the rows are.
        limits: the two ends of the colour scale; from zero or the least value to the largest
            unless given.
        annotate: whether each number is written into its cell, and no colour scale is drawn;
            for at most 64 cells unless given.
        fmt: format of these numbers, "d" for integers and ".2f" for others unless given.
        ax: the axes to draw on; a new figure of a fitting size unless given.

    Returns:
        The axes.

    Raises:
        ValueError: the matrix is empty or not two-dimensional, or labels do not fit it.
    """
    matrix = np.asarray(matrix)
    if matrix.ndim != 2 or matrix.size == 0:
        raise ValueError(f"the matrix has shape {matrix.shape}; give one of shape (rows, columns)")
    rows, columns = matrix.shape
    for labels, count, what in ((row_labels, rows, "row"), (column_labels, columns, "column")):
        if labels is not None and len(labels) != count:
            raise ValueError(f"{len(labels)} {what} labels for {count} {what}s; give one for each")
    annotate = matrix.size <= 64 if annotate is None else annotate
    if ax is None:
        cell = np.array([0.55, 0.5]) if annotate else np.array([0.3, 0.24])
        size = np.clip(cell * (columns, rows) + (1.8, 1.1), (3.4, 1.9), (9.5, 7.0))
        ax = plt.figure(figsize=size).add_subplot()

    low, high = (min(0, np.nanmin(matrix)), np.nanmax(matrix)) if limits is None else limits
    if low < 0:
        low, high = -max(-low, high), max(-low, high)
    image = ax.pcolormesh(
        np.arange(columns + 1) - 0.5,
        np.arange(rows + 1) - 0.5,
        matrix,
        cmap=_DIVERGING if low < 0 else _SEQUENTIAL,
        vmin=low,
        vmax=high if high > low else low + 1,
        edgecolors=PAPER,
        linewidth=1.0 if matrix.size <= 600 else 0,
    )
    ax.invert_yaxis()
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    for axis, labels in ((ax.xaxis, column_labels), (ax.yaxis, row_labels)):
        if labels is None:
            axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        else:
            axis.set_ticks(np.arange(len(labels)), [str(label) for label in labels])
    longest = max((len(str(label)) for label in column_labels or ()), default=0)
    points_per_column = ax.bbox.width * 72 / ax.figure.dpi / columns
    if 0.7 * mpl.rcParams["font.size"] * longest > points_per_column:
        for label in ax.get_xticklabels():
            label.set(rotation=40, ha="right", rotation_mode="anchor")
    if not annotate:
        bar = ax.figure.colorbar(image, ax=ax, pad=0.02, aspect=22, ticks=MaxNLocator(4))
        bar.outline.set_visible(False)
        bar.ax.tick_params(length=0)
        return ax
    fmt = fmt or ("d" if np.issubdtype(matrix.dtype, np.integer) else ".2f")
    for (row, column), value in np.ndenumerate(matrix):
        luminance = np.dot(image.cmap(image.norm(value))[:3], (0.3, 0.59, 0.11))
        color = "white" if luminance < 0.55 else INK
        ax.text(column, row, format(value, fmt), color=color, ha="center", va="center", size=9.5)
    return ax


def plot_states(
    states: ArrayLike,
    labels: Sequence | None = None,
    unit_labels: Sequence | None = None,
    limits: tuple[float, float] | None = (-1, 1),
    ax: Axes | None = None,
) -> Axes:
    """Plot the states of a layer over one sequence: time from left to right, a row per unit.

    Args:
        states: shape (time, units).
        labels: one text per step, such as the letters or words that were read; 1, 2, 3, ...
            unless given.
        unit_labels: one text per unit; 0, 1, 2, ... unless given.
        limits: the ends of the colour scale: (-1, 1) for tanh, (0, 1) for gates.
        ax: the axes to draw on; a new figure of a fitting size unless given.

    Returns:
        The axes.

    Raises:
        ValueError: the states are not of shape (time, units), or labels do not fit them.
    """
    states = np.asarray(states)
    if states.ndim != 2 or states.size == 0:
        raise ValueError(
            f"the states have shape {states.shape}; give those of one sequence, (time, units)"
        )
    steps = len(states)
    if labels is not None and len(labels) != steps:
        raise ValueError(f"{len(labels)} labels for {steps} steps; give one for each")
    ax = plot_heatmap(
        states.T,
        row_labels=unit_labels,
        column_labels=labels,
        ylabel="unit",
        limits=limits,
        annotate=False,
        ax=ax,
    )
    if labels is None:
        numbers = range(1 + steps // 25, steps + 1, 1 + steps // 25)
        ax.set_xticks([number - 1 for number in numbers], [str(number) for number in numbers])
        ax.set_xlabel("time step")
    return ax
