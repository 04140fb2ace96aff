"""Data files are pinned by checksum: what was found in their bytes stays true until these change.

A test marked `data("glyphs")` looks at what glyphs.npz holds or at what makes it. It is skipped
while the file, its maker with its words, the loaders and the test module are, byte for byte, those
for which it passed: verified.json says which. To run them all and record what passes:

    python -m pytest tests/datasets --data

Further arguments of the mark name modules of course_utils that the maker uses.
"""

import hashlib
import importlib
import json
from pathlib import Path

from course_utils import ROOT, datasets

import pytest

VERIFIED = Path(__file__).with_name("verified.json")
MARK = "data(stem, *modules): skipped while a data file, its maker and the test are unchanged"
left_out = []  # tests that options have left out: what passes without them is not the whole


def find_sources(module, stem, *others):
    """Return the paths of all that decides whether a test of a data file passes."""
    makers = datasets.FOLDER / "makers"
    words = [path for path in (makers / stem).rglob("*") if path.is_file()]
    own = [*datasets.FOLDER.glob(f"{stem}.*"), *makers.glob(f"make_{stem}.py"), *words]
    code = [ROOT / "course_utils" / f"{name}.py" for name in ("datasets", *others)]
    return sorted([module, Path(__file__), makers / "making.py", *own, *code])


def digest(sources):
    """Return the SHA-256 of files, their names included."""
    whole = hashlib.sha256()
    for path in sources:
        name = path.relative_to(ROOT).as_posix()
        whole.update(f"{hashlib.sha256(path.read_bytes()).hexdigest()} {name}\n".encode())
    return whole.hexdigest()


def find_digests(items):
    """Return a dict from "module stem" to the digest of its sources now, for the marked tests."""
    digests = {}
    for item in items:
        for mark in item.iter_markers("data"):
            key = f"{item.path.name} {mark.args[0]}"
            if key not in digests:
                digests[key] = digest(find_sources(item.path, *mark.args))
    return digests


def pytest_configure(config):
    config.addinivalue_line("markers", MARK)


def pytest_collection_modifyitems(config, items):
    if config.getoption("--data"):
        return
    verified, digests = json.loads(VERIFIED.read_text("utf-8")), find_digests(items)
    for item in items:
        for mark in item.iter_markers("data"):
            key = f"{item.path.name} {mark.args[0]}"
            if digests[key] == verified.get(key):
                reason = f"{mark.args[0]}: nothing has changed since this passed; --data runs it"
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_deselected(items):
    left_out.extend(items)


def pytest_sessionfinish(session, exitstatus):
    parted = left_out or any("::" in argument for argument in session.config.args)
    # Neither xdist's workers nor its head have seen all tests.
    alone = not hasattr(session.config, "workerinput") and hasattr(session, "items")
    if session.config.getoption("--data") and alone and not parted and not exitstatus:
        verified = json.loads(VERIFIED.read_text("utf-8")) | find_digests(session.items)
        VERIFIED.write_text(json.dumps(verified, indent=1, sort_keys=True) + "\n", "utf-8")


@pytest.fixture(scope="session")
def load_maker():
    """A function that returns the module of a maker by its name, such as "make_glyphs"."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(datasets.FOLDER / "makers"))
        yield importlib.import_module
