"""The figure with controls."""

from course_utils.explorer import explore

import ipywidgets as widgets
import pytest


@pytest.fixture
def shown(monkeypatch):
    calls = []
    monkeypatch.setattr(
        "course_utils.explorer.display", lambda data, metadata, raw: calls.append(data)
    )
    return calls


def test_the_picture_stands_beside_the_widget(shown):
    explore(lambda w, ax: ax.plot([0, w]), w=widgets.FloatSlider(0.5))
    assert set(shown[0]) >= {"image/png", "text/plain", "application/vnd.jupyter.widget-view+json"}
    assert shown[0]["text/plain"] == "<lambda>(w=0.5)"


def test_moving_a_control_draws_anew_with_its_value(shown):
    drawn = []
    slider = widgets.FloatSlider(0.5)
    explore(lambda w, ax: drawn.append(w), w=slider)
    slider.value = 0.75
    assert drawn == [0.5, 0.75]
