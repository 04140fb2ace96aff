"""Data files are pinned by checksum: what was found of their bytes stays true until these change.

So a test of a file's contents runs when the file, its maker, its loader or the test has changed
since it last passed, or with `--data`, which also records what passed in `verified.json`.
"""

import hashlib
import importlib
import json
from pathlib import Path

from course_utils import ROOT, datasets

import pytest

VERIFIED = Path(__file__).with_name("verified.json")
# Fixtures of the tests that look at contents.
CONTENTS = {"chorales", "dates", "entities", "glyphs", "made", "reviews", "runs"}


def digest(path):
    """Return a fingerprint of a test module and of all that it looks at."""
    sources = [path, ROOT / "course_utils" / "datasets.py"]
    sources += [file for file in sorted(datasets.FOLDER.rglob("*")) if file.is_file()]
    whole = hashlib.sha256()
    for source in sources:
        if "__pycache__" not in source.parts:
            whole.update(source.name.encode() + hashlib.sha256(source.read_bytes()).digest())
    return whole.hexdigest()


def read_verified():
    """Return a dict from the names of test modules to their digests when they last passed."""
    return json.loads(VERIFIED.read_text("utf-8")) if VERIFIED.exists() else {}


def pytest_collection_modifyitems(config, items):
    verified, digests = read_verified(), {}
    for item in items:
        if item.path.parent != VERIFIED.parent or not CONTENTS & {*item.fixturenames}:
            continue
        if item.path not in digests:
            digests[item.path] = digest(item.path)
        if verified.get(item.path.name) == digests[item.path] and not config.getoption("--data"):
            reason = "passed on these bytes before; --data runs it again"
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_sessionfinish(session, exitstatus):
    # A worker of xdist has seen a part only.
    alone = not hasattr(session.config, "workerinput") and hasattr(session, "items")
    if session.config.getoption("--data") and alone and not exitstatus:
        paths = {i.path for i in session.items if i.path.parent == VERIFIED.parent}
        record = read_verified() | {path.name: digest(path) for path in paths}
        VERIFIED.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", "utf-8")


@pytest.fixture(scope="session")
def load_maker():
    """A function that returns the module of a maker by its name, such as "make_glyphs"."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(datasets.FOLDER / "makers"))
        yield importlib.import_module
