"""What all tests share: a quiet TensorFlow, figures without windows, repeatable property tests."""

import course_utils  # noqa: F401  (before anything imports TensorFlow)

import matplotlib
import setuptools  # noqa: F401  (puts its distutils in place; after some other imports it cannot)
from hypothesis import settings

# Not the variable MPLBACKEND: the kernels that nbval starts would inherit it and draw nothing.
matplotlib.use("Agg")

# The first call of a Keras layer compiles, which no deadline of milliseconds allows for.
settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")


def pytest_addoption(parser):
    # Of tests/datasets, whose own conftest is loaded too late to add it.
    parser.addoption("--data", action="store_true", help="test what is in unchanged data files too")
