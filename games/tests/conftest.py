"""What the tests of the games share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "fairness_vectors.json").read_text(encoding="utf-8"))
