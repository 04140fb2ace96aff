"""The look of the figures and the plots that lessons share."""

import itertools
import subprocess
import sys

from course_utils.plotting import (
    PALETTE,
    PAPER,
    plot_curve,
    plot_heatmap,
    plot_states,
    use_style,
)

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex, to_rgb

ROLES = (
    "input state output weight forget input_gate output_gate candidate update reset truth "
    "baseline muted"
).split()

# Linear RGB to linear RGB as seen with a missing kind of cone: Machado, Oliveira and Fernandes
# (2009), "A Physiologically-based Model for Simulation of Color Vision Deficiency", severity 1.
EYES = {
    "usual": np.eye(3),
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


@pytest.fixture(autouse=True)
def plain_figures():
    plt.switch_backend("agg")
    with mpl.rc_context():
        yield
    plt.close("all")


def linear(color):
    """Return linear RGB of a colour (IEC 61966-2-1)."""
    rgb = np.array(to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """Return CIE L*a*b* (D65) of linear RGB."""
    to_xyz = [[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]]
    xyz = to_xyz @ np.clip(rgb, 0, 1) / [0.9505, 1, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def named(ax, text):
    """Return the one text of the axes that reads so."""
    (found,) = [artist for artist in ax.texts if artist.get_text() == text]
    return found


def test_palette_has_every_role():
    assert set(ROLES) <= set(PALETTE)


@pytest.mark.parametrize("eyes", EYES)
def test_any_two_roles_are_told_apart(eyes):
    seen = {role: lab(EYES[eyes] @ linear(color)) for role, color in PALETTE.items()}
    for first, second in itertools.combinations(seen, 2):
        # A difference of 2 is just visible on large areas; thin lines need several times that.
        assert np.linalg.norm(seen[first] - seen[second]) > 14, (first, second)


def test_every_role_is_seen_on_paper():
    luminance = [0.2126, 0.7152, 0.0722]
    for role, color in PALETTE.items():
        contrast = (linear(PAPER) @ luminance + 0.05) / (linear(color) @ luminance + 0.05)
        assert contrast > (1.6 if role == "muted" else 1.8), role


def test_style_gives_opaque_light_figures_and_prints_nothing(capfd):
    use_style()
    assert capfd.readouterr() == ("", "")
    assert to_hex(plt.figure().get_facecolor()) == PAPER.lower()
    assert np.mean(to_rgb(PAPER)) > 0.95
    assert mpl.rcParams["figure.constrained_layout.use"]


@pytest.mark.parametrize("in_notebook", [True, False])
def test_style_doubles_the_resolution_in_a_notebook_only(in_notebook, monkeypatch):
    class Shell:
        kernel = object() if in_notebook else None

    formats = []
    monkeypatch.setattr("IPython.get_ipython", lambda: Shell())
    monkeypatch.setattr("matplotlib_inline.backend_inline.set_matplotlib_formats", formats.append)
    use_style()
    assert formats == ["retina"] * in_notebook


def test_imports_leave_tensorflow_alone():
    code = "import sys, course_utils.diagrams; print('tensorflow' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (found.stdout, found.stderr) == ("False\n", "")


def test_one_curve_counts_from_one_and_has_no_name():
    ax = plot_curve([3.0, 2.0, 1.0])
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), [[1, 3], [2, 2], [3, 1]])
    assert not ax.texts


def test_curves_and_baselines_are_named_at_their_heights():
    _, given = plt.subplots()
    curves = {"feedforward": [0.1, 0.4], "recurrent": [0.1, 1.0]}
    ax = plot_curve(curves, baselines={"ceiling": 16 / 31}, ax=given)
    assert ax is given
    for text, height in (("recurrent", 1.0), ("ceiling", 16 / 31)):
        assert named(ax, text).xy == (1, height)
    assert ax.lines[2].get_ydata()[0] == 16 / 31


def test_crowded_names_keep_their_order_and_do_not_overlap():
    baselines = {f"baseline {index}": 0.5 + index / 1000 for index in range(5)}
    ax = plot_curve({"model": [1.0, 0.502]}, baselines=baselines)
    ax.figure.canvas.draw()
    boxes = sorted((text.get_window_extent() for text in ax.texts), key=lambda box: box.y0)
    assert all(below.y1 <= above.y0 + 1 for below, above in itertools.pairwise(boxes))
    middles = [named(ax, name).get_window_extent().y0 for name in baselines]
    assert middles == sorted(middles)
    line = ax.transData.transform((0, 0.502))[1]
    assert boxes[0].y0 < line < boxes[-1].y1


def test_names_of_lonely_lines_stand_at_their_lines_also_on_a_logarithmic_axis():
    ax = plot_curve({"a": [1.0, 0.01], "b": [1.0, 10.0]}, log=True)
    ax.figure.canvas.draw()
    for text, height in (("a", 0.01), ("b", 10.0)):
        box = named(ax, text).get_window_extent()
        assert box.y0 < ax.transData.transform((1, height))[1] < box.y1


def test_curves_take_colours_by_role_by_name_and_in_turn():
    values = {"forget": [1, 2], "first": [1, 2], "second": [2, 1], "third": [3, 3]}
    ax = plot_curve(values, colors={"second": "output", "third": "red"})
    colors = [line.get_color() for line in ax.lines]
    assert colors == [PALETTE["forget"], PALETTE["state"], PALETTE["output"], "red"]


def test_a_curve_may_break_off_in_nan():
    ax = plot_curve({"diverging": [1.0, 5.0, np.nan]})
    assert named(ax, "diverging").xy == (1, 5.0)


@pytest.mark.parametrize(
    ("values", "x", "remedy"),
    [
        ({}, None, "give numbers"),
        ([], None, "one number per point"),
        ({"a": [[1, 2]]}, None, "one number per point"),
        ([1, 2, 3], [1, 2], "one x per point"),
    ],
)
def test_curves_that_cannot_be_drawn_are_refused(values, x, remedy):
    with pytest.raises(ValueError, match=remedy):
        plot_curve(values, x=x)


def test_small_heatmaps_write_their_numbers_in_readable_colours():
    matrix = np.array([[9, 1], [0, 8]])
    ax = plot_heatmap(matrix, ["cat", "dog"], ["cat", "dog"], "predicted", "true")
    assert [text.get_text() for text in ax.texts] == ["9", "1", "0", "8"]
    assert [text.get_color() == "white" for text in ax.texts] == [True, False, False, True]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["cat", "dog"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted", "true")
    assert len(ax.figure.axes) == 1


def test_large_heatmaps_have_a_colour_scale_instead():
    ax = plot_heatmap(np.ones((9, 9)))
    assert not ax.texts
    assert len(ax.figure.axes) == 2


def test_row_zero_is_on_top_and_zero_is_white_where_values_have_signs():
    _, given = plt.subplots()
    ax = plot_heatmap([[-1.0, 0.0], [0.5, 3.0]], ax=given)
    assert ax is given
    assert ax.get_ylim() == (1.5, -0.5)
    (image,) = ax.collections
    assert (image.norm.vmin, image.norm.vmax) == (-3, 3)
    np.testing.assert_allclose(image.cmap(0.5)[:3], to_rgb(PAPER), atol=0.02)


def test_long_column_labels_do_not_overlap():
    words = [f"translation {index}" for index in range(12)]
    ax = plot_heatmap(np.ones((3, 12)), column_labels=words)
    ax.figure.canvas.draw()
    assert {text.get_rotation() for text in ax.get_xticklabels()} == {40}


def test_states_run_from_left_to_right():
    states = np.arange(6).reshape(3, 2) / 6  # (time, units)
    ax = plot_states(states, labels=list("abc"), limits=(0, 1))
    (image,) = ax.collections
    np.testing.assert_array_equal(image.get_array(), states.T)
    assert [text.get_text() for text in ax.get_xticklabels()] == ["a", "b", "c"]
    assert (image.norm.vmin, image.norm.vmax) == (0, 1)


def test_states_without_labels_count_steps_from_one():
    ax = plot_states(np.zeros((60, 2)))
    assert [text.get_text() for text in ax.get_xticklabels()][:2] == ["3", "6"]
    np.testing.assert_array_equal(ax.get_xticks()[:2], [2, 5])


@pytest.mark.parametrize(
    ("call", "remedy"),
    [
        (lambda: plot_heatmap([]), r"shape \(rows, columns\)"),
        (lambda: plot_heatmap([[1]], row_labels=["a", "b"]), "2 row labels for 1 rows"),
        (lambda: plot_heatmap([[1]], column_labels=[]), "0 column labels for 1 columns"),
        (lambda: plot_states(np.ones((1, 2, 3))), "one sequence"),
        (lambda: plot_states(np.ones((3, 2)), labels="ab"), "2 labels for 3 steps"),
    ],
)
def test_matrices_that_cannot_be_drawn_are_refused(call, remedy):
    with pytest.raises(ValueError, match=remedy):
        call()
