"""The drawings: what they show, and that nothing in them overlaps or is cut off."""

import itertools
import re
from functools import partial

from course_utils.diagrams import (
    GRU_STAGES,
    LSTM_STAGES,
    TOPOLOGIES,
    draw_bidirectional,
    draw_cell,
    draw_dense,
    draw_gru,
    draw_lstm,
    draw_rolled,
    draw_topology,
    draw_unrolled,
)
from course_utils.plotting import PALETTE, PAPER, use_style

import matplotlib as mpl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex, to_rgb
from matplotlib.transforms import Bbox

WORDS = "feeling under the weather".split()


@pytest.fixture(autouse=True, scope="module")
def course_style():
    plt.switch_backend("agg")
    with mpl.rc_context():
        use_style()
        yield


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def texts(ax):
    return [re.sub(r"_\{(.)\}", r"_\1", text.get_text()) for text in ax.texts]


def count(ax, kind):
    """Return how many boxes, wires, ... the drawing has; `kind` begins their gid."""
    return sum((patch.get_gid() or "").startswith(kind) for patch in ax.patches)


def colored(ax, kind):
    """Return how many boxes of a kind have its colour rather than the muted one."""
    color = to_rgb(PALETTE[kind.removeprefix("box ")])
    return sum(
        patch.get_gid() == kind and patch.get_edgecolor()[:3] == color for patch in ax.patches
    )


def shrunk(box, pixels):
    return Bbox.from_extents(box.x0 + pixels, box.y0 + pixels, box.x1 - pixels, box.y1 - pixels)


def assert_tidy(ax):
    """Assert that nothing is cut off, and no text meets another, the edge of a box or a line."""
    renderer = ax.figure.canvas.get_renderer()
    ax.figure.draw(renderer)
    page = ax.bbox.padded(1)
    letters = [(text.get_text(), text.get_window_extent(renderer)) for text in ax.texts]
    shapes, cores, lines = [], [], []
    for patch in ax.patches:
        path = patch.get_path().transformed(ax.transData)
        kind = (patch.get_gid() or "").split()[0] if patch.get_gid() else ""
        if kind in ("box", "circle"):
            # What a line must not cross is inside the rounded corners, and inside a circle.
            extents = path.get_extents()
            shapes.append(extents)
            cores.append(shrunk(extents, extents.height * (0.15 if kind == "circle" else 0.05)))
        elif kind in ("wire", "line"):
            lines.append(path)
        extents = path.get_extents()
        assert page.contains(*extents.min) and page.contains(*extents.max), f"{kind} is cut off"
    for text, box in letters:
        assert page.contains(*box.min) and page.contains(*box.max), f"{text!r} is cut off"
    for (text, box), (other, other_box) in itertools.combinations(letters, 2):
        assert not shrunk(box, 1).overlaps(other_box), f"{text!r} meets {other!r}"
    for one, other in itertools.combinations(shapes, 2):
        assert not one.overlaps(other), "two boxes overlap"
    for text, box in letters:
        middle = (box.min + box.max) / 2
        homes = [shape for shape in shapes if shape.contains(*middle)]
        if homes:
            assert homes[0].x0 < box.x0 and box.x1 < homes[0].x1, f"{text!r} leaves its box"
            continue
        assert not any(shape.overlaps(shrunk(box, 2)) for shape in shapes), f"{text!r} meets a box"
        met = [line for line in lines if line.intersects_bbox(shrunk(box, 2), filled=False)]
        assert not met, f"{text!r} meets a line"
    for line in lines:
        ends = line.vertices[0], line.vertices[-1]
        for shape, core in zip(shapes, cores, strict=True):
            if not any(shape.padded(4).contains(*end) for end in ends):
                assert not line.intersects_bbox(core, filled=False), "a line runs through a box"


DRAWINGS = {
    "dense": partial(draw_dense, [3, 4, 2]),
    "dense with all": partial(
        draw_dense,
        [list("bonjur"), 16, ["yes", "no"]],
        names=["one letter in", "hidden\n16 units", "a longer name"],
        weights=["$W_1$", "$W_2$"],
    ),
    "cell": draw_cell,
    "cell with output": partial(draw_cell, output=True),
    "cell with numbers": partial(
        draw_cell,
        output=True,
        values={"x_t": 1.0, "h_prev": -0.5, "W_h": 0.9, "h_t": 0.0997, "sum": "$0.5 - 0.45$"},
    ),
    "rolled": draw_rolled,
    "rolled without output": partial(draw_rolled, input="a letter", output=None, weights=False),
    "unrolled": partial(draw_unrolled, 5),
    "unrolled words": partial(draw_unrolled, inputs=WORDS, outputs="last"),
    "lstm": draw_lstm,
    "gru": draw_gru,
    "bidirectional": partial(draw_bidirectional, inputs=WORDS, outputs=["O", None, "O", "O"]),
    **{kind: partial(draw_topology, kind, weights=True) for kind in TOPOLOGIES},
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_drawings_are_tidy_and_fit_the_page(name):
    ax = DRAWINGS[name]()
    width, height = ax.figure.get_size_inches()
    assert width <= 9.7 and height <= 7.1
    assert to_hex(ax.figure.get_facecolor()) == PAPER.lower()
    assert_tidy(ax)


@pytest.mark.parametrize("name", DRAWINGS)
def test_drawings_go_where_they_are_told(name):
    _, (ax, other) = plt.subplots(1, 2)
    assert DRAWINGS[name](ax=ax) is ax
    assert ax.get_aspect() == 1
    assert not ax.axison
    assert not other.patches and not other.texts


@given(data=st.data())
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_unrolled_networks_are_tidy_whatever_is_asked(data):
    steps = data.draw(st.integers(1, 8), "steps")
    words = st.one_of(
        st.none(), st.text("abcdefghijklmnopqrstuvwxyzWM.,'", min_size=1, max_size=18)
    )
    row = st.one_of(st.booleans(), st.lists(words, min_size=steps, max_size=steps))
    options = {
        "inputs": data.draw(row, "inputs"),
        "outputs": data.draw(st.one_of(st.just("last"), row), "outputs"),
        "states": data.draw(st.one_of(st.just(True), row.filter(lambda row: row)), "states"),
        "weights": data.draw(
            st.one_of(st.booleans(), st.sets(st.sampled_from(["W_x", "W_h", "W_o"]))), "weights"
        ),
        "tied": data.draw(st.booleans(), "tied"),
        "initial_state": data.draw(st.booleans(), "initial_state"),
        "feedback": data.draw(st.booleans(), "feedback"),
        "encoder": data.draw(st.integers(0, steps - 1), "encoder"),
        "gradients": data.draw(st.booleans(), "gradients"),
    }
    try:
        assert_tidy(draw_unrolled(steps, **options))
    finally:
        plt.close("all")


def test_a_step_has_its_boxes_its_arrows_and_the_weights_on_them():
    ax = draw_unrolled(5)
    for name in ("W_x", "W_h", "W_o"):
        assert texts(ax).count(f"${name}$") == 5
    assert count(ax, "box input") == count(ax, "box state") == count(ax, "box output") == 5
    assert count(ax, "box muted") == 1  # h_0
    assert count(ax, "wire") == count(ax, "head") == 15
    assert {"$h_0$", "$x_1$", "$h_5$", "$o_5$"} <= set(texts(ax))


def test_gradients_go_from_the_outputs_to_the_states_and_back_in_time():
    plain, ax = (draw_unrolled(4, outputs="last", gradients=asked) for asked in (False, True))
    assert count(ax, "wire") - count(plain, "wire") == 1 + 3


def test_without_an_initial_state_the_first_step_receives_nothing():
    ax = draw_unrolled(5, initial_state=False)
    assert texts(ax).count("$W_h$") == 4
    assert count(ax, "wire") == 14
    assert "0 0 0" in texts(draw_unrolled(2, initial_state="0 0 0"))


def test_words_go_in_and_one_answer_comes_out():
    ax = draw_unrolled(inputs=WORDS, outputs="last", weights=["W_h"])
    assert texts(ax).count("$W_h$") == 4
    assert not {"$W_x$", "$W_o$", "$x_1$", "$o_3$"} & set(texts(ax))
    assert count(ax, "box output") == 1
    assert set(WORDS) | {"$o_4$"} <= set(texts(ax))


def test_none_leaves_a_step_without_a_box():
    ax = draw_unrolled(inputs=["a", None, "c"], outputs=False)
    assert (count(ax, "box input"), count(ax, "box output")) == (2, 0)


def test_untied_weights_are_numbered():
    ax = draw_unrolled(3, tied=False)
    for step in (1, 2, 3):
        assert texts(ax).count(f"$W_x^{{({step})}}$") == 1
    assert "$W_x$" not in texts(ax)


def test_outputs_are_fed_back_but_for_the_last():
    plain = draw_unrolled(4, weights=False)
    fed = draw_unrolled(4, weights=False, feedback=True)
    assert count(fed, "wire") - count(plain, "wire") == 3


def test_a_decoder_has_a_colour_and_weights_of_its_own():
    ax = draw_unrolled(5, encoder=2)
    assert (count(ax, "box state"), count(ax, "box second_state")) == (2, 3)
    assert texts(ax).count("$W_h$") == 2
    assert texts(ax).count(r"$W_h^{\prime}$") == 3
    assert {"encoder", "decoder"} <= set(texts(ax))


@pytest.mark.parametrize(
    ("kind", "inputs", "states", "outputs"),
    [
        ("one to one", 1, 1, 1),
        ("one to many", 1, 3, 3),
        ("many to one", 3, 3, 1),
        ("many to many", 3, 3, 3),
        ("encoder-decoder", 2, 2, 3),
    ],
)
def test_topologies(kind, inputs, states, outputs):
    ax = draw_topology(kind)
    found = [count(ax, f"box {role}") for role in ("input", "state", "output")]
    assert found == [inputs, states, outputs]


def test_a_topology_takes_numbers_or_texts():
    ax = draw_topology("encoder-decoder", inputs=["3", "mars"], outputs=4)
    assert {"3", "mars", "$o_4$"} <= set(texts(ax))
    assert count(ax, "box second_state") == 4


def test_a_rolled_network_has_a_loop():
    assert count(draw_rolled(), "wire") == 3
    assert count(draw_rolled(output=None), "wire") == 2
    assert texts(draw_rolled(weights=["W_h"])) == ["$x_t$", "$h_t$", "$o_t$", "$W_h$"]


def test_a_cell_shows_numbers_below_and_texts_in_place_of_symbols():
    ax = draw_cell(values={"x_t": 0.5, "W_x": "$w_x$"}, activation="ReLU")
    assert {"$x_t$", "0.5", "$w_x$", "$W_h$", "ReLU"} <= set(texts(ax))
    assert "$W_x$" not in texts(ax)
    assert texts(draw_cell()).count("$h_t$") == 2
    assert {"$W_o$", "$b_o$", "$o_t$"} <= set(texts(draw_cell(output=True)))


def test_a_dense_network_has_a_line_for_each_weight():
    ax = draw_dense([list("abc"), 4, 2])
    assert count(ax, "line") == 3 * 4 + 4 * 2
    assert [count(ax, f"circle {role}") for role in ("input", "state", "output")] == [3, 4, 2]
    assert texts(ax) == ["a", "b", "c"]


def test_of_a_large_layer_six_units_are_drawn():
    ax = draw_dense([31, ["a", "b", "…", "y"], 8])
    assert [count(ax, f"circle {role}") for role in ("input", "state", "output")] == [6, 3, 8]
    assert count(ax, "dot") == 2 * 3
    assert texts(ax) == ["a", "b", "y"]


def test_an_lstm_comes_into_sight_gate_by_gate():
    gates = ["box forget", "box input_gate", "box candidate", "box output_gate"]
    seen = {stage: draw_lstm(stage) for stage in LSTM_STAGES}
    found = {stage: [colored(ax, gate) for gate in gates] for stage, ax in seen.items()}
    assert found == {
        "forget": [1, 0, 0, 0],
        "input": [1, 1, 1, 0],
        "cell": [1, 1, 1, 0],
        "output": [1, 1, 1, 1],
    }
    # The new cell state is told from the old one only after the gates that make it.
    assert [colored(ax, "box state") for ax in seen.values()] == [2, 2, 3, 5]
    assert {tuple(texts(ax)) for ax in seen.values()} == {tuple(texts(draw_lstm()))}


def test_a_gru_comes_into_sight_gate_by_gate():
    gates = ["box reset", "box candidate", "box update", "box state"]
    found = [[colored(draw_gru(stage), gate) for gate in gates] for stage in GRU_STAGES]
    assert found == [[1, 0, 0, 1], [1, 1, 0, 1], [1, 1, 1, 1], [1, 1, 1, 2]]


def test_gated_cells_take_names_for_what_goes_in_and_out():
    assert "weather" in texts(draw_lstm(names={"x_t": "weather"}))
    assert "weather" in texts(draw_gru(names={"x_t": "weather"}))


def test_a_bidirectional_network_has_two_rows_of_states():
    ax = draw_bidirectional(4)
    assert (count(ax, "box state"), count(ax, "box second_state")) == (4, 4)
    assert count(ax, "wire") == 4 * 4 + 2 * 3  # to and from both states; along both rows


def test_letters_grow_with_the_drawing_but_never_beyond_their_usual_size():
    sizes = []
    for inches in (2, 4, 8, 16):
        _, ax = plt.subplots(figsize=(inches, inches))
        draw_unrolled(3, ax=ax)
        ax.figure.canvas.draw()
        sizes.append(ax.texts[0].get_fontsize())
    assert sizes[0] < sizes[1] < sizes[2]
    assert sizes[2] == pytest.approx(sizes[3], rel=0.15)


@pytest.mark.parametrize(
    ("call", "remedy"),
    [
        (lambda: draw_unrolled(), "give steps=5"),
        (lambda: draw_unrolled(0), "at least one"),
        (lambda: draw_unrolled(inputs=[]), "at least one"),
        (lambda: draw_unrolled(3, outputs=["a"]), "one entry per step"),
        (lambda: draw_unrolled(inputs=list("ab"), outputs=list("abc")), "one entry per step"),
        (lambda: draw_unrolled(inputs="bonjour"), r"list\('bonjour'\)"),
        (lambda: draw_unrolled(3, outputs="first"), "give a list"),
        (lambda: draw_unrolled(3, weights=["W_y"]), "choose from W_x"),
        (lambda: draw_unrolled(3, encoder=3), "fewer than all 3"),
        (lambda: draw_rolled(weights=["x"]), "choose from W_x"),
        (lambda: draw_topology("many to few"), "choose from one to one"),
        (lambda: draw_topology("one to many", inputs=2), "cannot have 2 inputs"),
        (lambda: draw_topology("many to many", 3, 4), "3 inputs and 4 outputs"),
        (lambda: draw_topology("many to one", inputs=[]), "cannot have 0 inputs"),
        (lambda: draw_cell(values={"b_o": 1}), "shows no 'b_o'"),
        (lambda: draw_lstm("reset"), "choose from forget"),
        (lambda: draw_gru("forget"), "choose from reset"),
        (lambda: draw_lstm(names={"x": "a"}), "it shows x_t"),
        (lambda: draw_bidirectional(), "give steps=5"),
        (lambda: draw_dense([3]), "at least two"),
        (lambda: draw_dense([3, 0]), "at least one unit"),
        (lambda: draw_dense([3, []]), "at least one unit"),
        (lambda: draw_dense([3, 2], names=["in"]), "1 names for 2 layers"),
        (lambda: draw_dense([3, 2], weights=["a", "b"]), "give 1"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_remedy(call, remedy):
    with pytest.raises(ValueError, match=remedy):
        call()
    assert not plt.get_fignums(), "an empty figure was left behind"
