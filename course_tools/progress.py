"""How far a command has come: a bar on a terminal, elsewhere a line at its beginning."""

import contextlib

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


@contextlib.contextmanager
def show_progress(console, name, total, noun):
    """Show a bar over steps, and yield the function that moves it by one.

    Args:
        console: `rich.console.Console` to show it on.
        name: of what is being done.
        total: how many steps it has.
        noun: what a step is, in the plural.
    """
    if not console.is_terminal:
        console.print(f"{name}: {total} {noun}")
        yield lambda: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(name, total=total)
        yield lambda: progress.advance(task)
