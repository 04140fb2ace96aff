"""A figure with controls, which is still a figure where controls do not work."""

import base64
import io
from collections.abc import Callable

import ipywidgets as widgets
import matplotlib.pyplot as plt
from IPython.display import display


def explore(
    draw: Callable, figsize: tuple[float, float] = (6, 2.4), **controls: widgets.Widget
) -> None:
    """Show a drawing with a control for each of its arguments.

    In a running notebook moving a control draws anew. In a stored one, on a web page and in a
    notebook that is not trusted the drawing stands alone, at the controls' first values.

    Args:
        draw: function of the controls' values and `ax`; draws on the axes.
        figsize: width and height in inches.
        controls: ipywidgets with a `value`, by the name of the argument they set.
    """
    # An Image, not ipywidgets.interact: what that prints on the way to its Output widget is seen
    # by everything that runs notebooks without a browser.
    picture = widgets.Image(format="png")

    def redraw(_=None):
        figure, ax = plt.subplots(figsize=figsize)
        draw(**{name: control.value for name, control in controls.items()}, ax=ax)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=2 * figure.dpi, bbox_inches="tight")
        plt.close(figure)
        picture.value = buffer.getvalue()
        picture.width = int.from_bytes(picture.value[16:20], "big") // 2  # as the PNG header says

    for name, control in controls.items():
        control.description = name
        control.observe(redraw, names="value")
    redraw()
    panel = widgets.VBox([*controls.values(), picture], layout={"align_items": "flex-start"})
    values = ", ".join(f"{name}={control.value}" for name, control in controls.items())
    data = {
        **panel._repr_mimebundle_(),  # JupyterLab prefers the widget, where it can show it
        "image/png": base64.b64encode(picture.value).decode(),
        "text/plain": f"{draw.__name__}({values})",
    }
    display(data, metadata={"image/png": {"width": int(picture.width)}}, raw=True)
