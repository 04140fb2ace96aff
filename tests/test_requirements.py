"""What is imported is declared, what is declared is pinned, and pins name no registry."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib

from course_utils import ROOT
from course_utils import __main__ as entry

import nbformat
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LAB = PROJECT["dependencies"]
DEV = PROJECT["optional-dependencies"]["dev"]
OWN = {"course_utils", "course_tools"} | {
    path.stem for folder in ("datasets", "tests") for path in (ROOT / folder).rglob("*.py")
}
LAB_PINS, DEV_PINS = (
    [
        Requirement(line)
        for line in (ROOT / name).read_text("utf-8").splitlines()
        if not line.startswith(("#", "-r "))
    ]
    for name in ("requirements.txt", "requirements-dev.txt")
)


def plain(name):
    """Return a package name in the one spelling that compares."""
    return re.sub(r"[-_.]+", "-", name).lower()


def names_of(requirements):
    return {plain(Requirement(text).name) for text in requirements}


# What is imported


def imported(source):
    """Return the packages from elsewhere that a program imports."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.split(".")[0])
    return names - sys.stdlib_module_names - OWN


def imported_below(folder):
    """Return the packages from elsewhere that the files and notebooks of a folder import."""
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        source = path.read_text("utf-8")
        # One maker needs an environment of its own; its first lines say how to make it.
        own = re.findall(r"([\w-]+)==", ast.get_docstring(ast.parse(source)) or "")
        found |= imported(source) - set(own)
    for path in (ROOT / folder).rglob("*.ipynb"):
        if ".ipynb_checkpoints" not in path.parts:
            for cell in nbformat.read(path, as_version=4).cells:
                if cell.cell_type == "code":
                    found |= imported(re.sub(r"^\s*[%!].*", "", cell.source, flags=re.MULTILINE))
    return found


@pytest.mark.parametrize(
    "folder, declared",
    [
        ("course_utils", LAB),
        ("notebooks", LAB),
        ("course_tools", LAB + DEV),
        ("datasets", LAB + DEV),
        ("tests", LAB + DEV),
    ],
)
def test_what_is_imported_is_declared(folder, declared):
    provides = importlib.metadata.packages_distributions()
    missing = {
        module
        for module in imported_below(folder)
        if not {plain(name) for name in provides.get(module, [module])} & names_of(declared)
    }
    assert missing == set()


# What is pinned


def test_every_pin_is_exact():
    for pin in LAB_PINS + DEV_PINS:
        assert re.fullmatch(r"==[^*]+", str(pin.specifier)), pin
    for pins in (LAB_PINS, DEV_PINS):
        assert len({plain(pin.name) for pin in pins}) == len(pins)


def test_the_pins_of_the_lab_are_those_of_the_tests():
    lab = {plain(pin.name): pin.specifier for pin in LAB_PINS}
    for pin in DEV_PINS:
        assert lab.get(plain(pin.name), pin.specifier) == pin.specifier


@pytest.mark.parametrize(
    "declared, pins", [(LAB, LAB_PINS), (LAB + DEV, LAB_PINS + DEV_PINS)], ids=["lab", "dev"]
)
def test_pins_are_in_the_ranges_and_complete(declared, pins):
    """Whatever a pinned package needs on this computer is pinned too, and nothing else is."""
    here = {plain(pin.name): pin for pin in pins if not pin.marker or pin.marker.evaluate()}
    for name, pin in here.items():
        if not pin.specifier.contains(importlib.metadata.version(name)):
            pytest.skip(f"other versions than the pinned ones are installed, such as {name}")
    pending, seen = [(Requirement(text), "") for text in declared], set()
    while pending:
        requirement, extra = pending.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = plain(requirement.name)
        assert name in here, f"{name} is needed and not pinned"
        assert requirement.specifier.contains(str(here[name].specifier)[2:]), requirement
        for part in {"", *requirement.extras}:
            if (name, part) not in seen:
                seen.add((name, part))
                needed = importlib.metadata.requires(name) or []
                pending += [(Requirement(text), part) for text in needed]
    assert {name for name, _ in seen} == set(here), "pinned, but nothing needs it"


def test_conda_gets_the_pins_of_the_lab_and_a_supported_python():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    assert {"pip": ["-r requirements.txt", "-e ."]} in conda
    (python,) = [line for line in conda if str(line).startswith("python=")]
    assert python == "python=3.12"


def test_supported_pythons_agree():
    oldest, newest = entry.OLDEST, entry.NEWEST
    versions = [f"3.{minor}" for minor in range(oldest[1], newest[1] + 1)]
    allowed = SpecifierSet(PROJECT["requires-python"])
    around = [f"3.{minor}" for minor in range(oldest[1] - 1, newest[1] + 2)]
    assert [version for version in around if version in allowed] == versions


# What no file may hold


def test_no_file_names_a_package_registry():
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode:
        pytest.skip("this copy of the course is no git clone, so nothing tells what belongs to it")
    files = [name for name in listing.stdout.split("\0") if name]
    assert not {"uv.lock", "package-lock.json"} & set(files), "lock files hold addresses"
    hosts = ["pypi", "pythonhosted", "anaconda", "npmjs", "yarnpkg"]
    address = re.compile(rb"\b(%s)\.(org|com|io)\b" % "|".join(hosts).encode())
    for name in files:
        if (ROOT / name).is_file():
            assert not address.search((ROOT / name).read_bytes()), name
