"""One look for every figure of the course, and the few plots that several lessons share.

Each plot takes its data and `ax=None` and returns the axes it drew on.
"""

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.colors import LinearSegmentedColormap

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
    "input_gate": "#1FD18E",
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

_STYLE = {
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
    "axes.prop_cycle": mpl.cycler(color=[PALETTE[role] for role in _CURVES]),
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


def use_style():
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
    values, xlabel="epoch", ylabel="loss", baselines=None, log=False, x=None, colors=None, ax=None
):
    """Plot one curve or several, each named at its right end, with horizontal baselines.

    Args:
        values: numbers of shape (points,), or a dict from label to such numbers.
        xlabel: what the points are counted in.
        ylabel: what was measured, with its unit.
        baselines: dict from label to a height at which a dashed line is drawn and named,
            for example {"ceiling": 16 / 31}.
        log: whether the vertical axis is logarithmic.
        x: positions of the points, shape (points,) or a dict like `values`; 1, 2, 3, ... unless given.
        colors: dict from label to a role of `PALETTE` or any Matplotlib colour. A label that is
            itself a role takes that role's colour.
        ax: the axes to draw on; a new figure unless given.

    Returns:
        The axes.

    Raises:
        ValueError: there is no point to draw, or `x` does not fit the values.
    """
    curves = dict(values) if isinstance(values, dict) else {"": values}
    baselines = baselines or {}
    colors = colors or {}
    ax = ax or plt.figure().add_subplot()
    names = []
    free = iter(role for role in _CURVES * (1 + len(curves)))
    for label, heights in curves.items():
        heights = np.asarray(heights, dtype=float)
        if heights.ndim != 1 or heights.size == 0:
            raise ValueError(
                f"curve {label!r} has shape {heights.shape}; give one number per point, shape (points,)"
            )
        places = x[label] if isinstance(x, dict) else x
        places = np.arange(1, heights.size + 1) if places is None else np.asarray(places)
        if places.shape != heights.shape:
            raise ValueError(
                f"curve {label!r} has {heights.size} points but x has shape {places.shape}; "
                "give one x per point"
            )
        role = colors.get(label, label if label in PALETTE else None) or next(free)
        color = PALETTE.get(role, role)
        marker = "o" if heights.size == 1 else None
        ax.plot(places, heights, color=color, marker=marker, label=label or None)
        known = heights[np.isfinite(heights)]
        if label and known.size:
            names.append((known[-1], label, color))
    for label, height in baselines.items():
        ax.axhline(
            height, color=PALETTE["baseline"], linewidth=1.4, linestyle=(0, (5, 3)), zorder=1.5
        )
        names.append((height, label, PALETTE["baseline"]))
    if log:
        ax.set_yscale("log")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.margins(x=0.02)
    ax.xaxis.get_major_locator().set_params(integer=True)
    _name_at_right_edge(ax, names)
    return ax


def _name_at_right_edge(ax, names):
    """Write each (height, label, color) beside the axes at its height, moved apart where crowded."""
    points = ax.get_window_extent().height * 72 / ax.get_figure(root=True).dpi
    to_axes = ax.transData + ax.transAxes.inverted()
    names = sorted(names, key=lambda name: name[0])
    wanted = [to_axes.transform((1.0, height))[1] * points for height, _, _ in names]
    apart = mpl.rcParams["font.size"] * 1.25
    placed = []
    for height in wanted:
        placed.append(max(height, placed[-1] + apart) if placed else height)
    # A crowd was only pushed upwards so far: let it settle around the heights it was meant for.
    for index in reversed(range(len(placed))):
        ceiling = placed[index + 1] - apart if index + 1 < len(placed) else points
        floor = wanted[index]
        placed[index] = min(
            placed[index], max(ceiling, floor if index + 1 < len(placed) else points)
        )
    for (height, label, color), at, want in zip(names, placed, wanted, strict=True):
        ax.annotate(
            label,
            xy=(1, height),
            xycoords=("axes fraction", "data"),
            xytext=(6, at - want),
            textcoords="offset points",
            color=color,
            va="center",
            annotation_clip=False,
        )


def plot_heatmap(
    matrix,
    row_labels=None,
    column_labels=None,
    xlabel=None,
    ylabel=None,
    limits=None,
    annotate=None,
    fmt=None,
    colorbar=None,
    ax=None,
):
    """Plot a matrix as coloured cells: a confusion matrix, an alignment, states over time.

    Matrices without negative values run from white to blue, others from orange through white
    (zero) to blue.

    Args:
        matrix: shape (rows, columns); row 0 is drawn at the top.
        row_labels: one text per row; none unless given.
        column_labels: one text per column; none unless given.
        xlabel: what the columns are.
        ylabel: what the rows are.
        limits: the two values at the ends of the colour scale; taken from the matrix unless given.
        annotate: whether each number is written into its cell; when at most 150 cells unless given.
        fmt: format of these numbers, such as ".2f"; "d" for integers and ".2f" otherwise unless given.
        colorbar: whether a colour scale is drawn; when cells are not annotated unless given.
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
            raise ValueError(
                f"{len(labels)} {what} labels for {count} {what}s; give one per {what}"
            )
    annotate = matrix.size <= 150 if annotate is None else annotate
    colorbar = not annotate if colorbar is None else colorbar
    fmt = fmt or ("d" if np.issubdtype(matrix.dtype, np.integer) else ".2f")
    cell = 0.52 if annotate else 0.3
    if ax is None:
        width, height = np.clip([cell * columns + 1.6, cell * rows + 1.0], [3.2, 1.8], [9.5, 7.5])
        ax = plt.figure(figsize=(width, height)).add_subplot()

    low, high = limits if limits is not None else (np.nanmin(matrix), np.nanmax(matrix))
    if low < 0:
        high = max(abs(low), abs(high))
        low, colormap = -high, _DIVERGING
    else:
        low, colormap = (0 if limits is None else low), _SEQUENTIAL
    image = ax.pcolormesh(
        np.arange(columns + 1) - 0.5,
        np.arange(rows + 1) - 0.5,
        matrix,
        cmap=colormap,
        vmin=low,
        vmax=high if high > low else low + 1,
        edgecolors=PAPER,
        linewidth=1.0 if matrix.size <= 600 else 0,
    )
    ax.invert_yaxis()
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    for axis, labels, title in ((ax.xaxis, column_labels, xlabel), (ax.yaxis, row_labels, ylabel)):
        if labels is not None:
            axis.set_ticks(np.arange(len(labels)), [str(label) for label in labels])
        else:
            axis.get_major_locator().set_params(integer=True)
        if title:
            axis.set_label_text(title)
    if column_labels is not None and max(len(str(label)) for label in column_labels) > 4:
        ax.tick_params(axis="x", rotation=45)
        plt.setp(ax.get_xticklabels(), ha="right", rotation_mode="anchor")
    if annotate:
        for (row, column), value in np.ndenumerate(matrix):
            red, green, blue, _ = image.cmap(image.norm(value))
            dark = 0.3 * red + 0.59 * green + 0.11 * blue < 0.55
            ax.text(
                column,
                row,
                format(value, fmt),
                ha="center",
                va="center",
                fontsize=9.5,
                color="white" if dark else INK,
            )
    if colorbar:
        bar = ax.figure.colorbar(image, ax=ax, pad=0.02, aspect=18)
        bar.outline.set_visible(False)
        bar.ax.tick_params(length=0)
    return ax


def plot_states(states, labels=None, unit_labels=None, limits=(-1, 1), ax=None):
    """Plot the states of a layer over one sequence: time from left to right, a row per unit.

    Args:
        states: shape (time, units).
        labels: one text per step, such as the letters or words that were read; 1, 2, 3, ...
            unless given.
        unit_labels: one text per unit; none unless given.
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
            f"the states have shape {states.shape}; give those of one sequence, shape (time, units)"
        )
    steps = states.shape[0]
    if labels is not None and len(labels) != steps:
        raise ValueError(f"{len(labels)} labels for {steps} steps; give one per step")
    return plot_heatmap(
        states.T,
        row_labels=unit_labels,
        column_labels=range(1, steps + 1) if labels is None else labels,
        xlabel="time step" if labels is None else None,
        ylabel="unit",
        limits=limits,
        annotate=False,
        ax=ax,
    )
