"""The files of the course, and writing so that nobody ever sees a half."""

import os
import shutil
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"  # of the pages and texts that commands write


def list_files(folder):
    """Return the files below a folder, in the order of their paths, without caches and the hidden.

    Args:
        folder: path.
    """

    def is_own(path):
        parts = path.relative_to(folder).parts
        return not any(part.startswith((".", "__pycache__")) for part in parts)

    return sorted(path for path in Path(folder).rglob("*") if path.is_file() and is_own(path))


def write_whole(path, content):
    """Write a file so that it is there in full, or as it was before; folders above it are made.

    Args:
        path: of the file.
        content: bytes, or text; half a character, for which UTF-8 has no bytes, becomes its
            escape, which in JSON stands for it.

    Raises:
        OSError: it cannot be written; nothing is left behind.
    """
    path = Path(path)
    if isinstance(content, str):
        content = content.encode("utf-8", "backslashreplace")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _part(path)
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_folder(folder, files):
    """Write a folder that appears only when it is complete, in the place of an earlier one.

    Args:
        folder: path.
        files: dict from paths inside of it to bytes.

    Raises:
        OSError: it cannot be written; nothing is left behind.
    """
    part = _part(folder)
    try:
        for path, content in files.items():
            write_whole(part / path, content)
        if folder.exists():
            shutil.rmtree(folder)
        os.replace(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _part(path):
    """Return where a file or folder is while it is being written: a name may have 255 bytes."""
    return path.with_name(f".{path.name[:40]}.{os.getpid()}.part")
