import sys
from pathlib import Path

# The drawn marketplaces of the rings room serve here too.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "rings"))
