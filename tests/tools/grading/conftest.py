"""Makes importable what is beside the tests: hostile notebooks, and the makers of classes."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "hostile"))
