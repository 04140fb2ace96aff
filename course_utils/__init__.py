"""The utility package behind the notebooks of the course on recurrent neural networks."""

import os
from pathlib import Path

# TensorFlow reads these once, when it is first imported, and writes its start-up lines
# to file descriptor 2, where no notebook can catch them. oneDNN announces itself unless off.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

__version__ = "0.2.0"

ROOT = Path(__file__).resolve().parent.parent  # of the course: notebooks, datasets and the rest
