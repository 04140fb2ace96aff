"""nbval runs cells as JupyterLab does: with history.

Without it IPython does not see the semicolon that ends a cell, and a plot's last call prints a
value that is neither in the stored notebook nor in the reader's.
"""

from nbval.kernel import RunningKernel


def execute_cell_input(self, cell_input, allow_stdin=None):
    """Send a cell to the kernel and return the id of the message, as nbval's own method does."""
    return self.kc.execute(cell_input, allow_stdin=allow_stdin, stop_on_error=False)


RunningKernel.execute_cell_input = execute_cell_input
