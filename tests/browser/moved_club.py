"""Seeds and serves the club as `make run` does, by a clock that runs ahead: by the seconds in the file `CLOCK_FILE`."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

from django.core.management import call_command
from django.utils import timezone

_ahead = Path(os.environ["CLOCK_FILE"])
_real_now = timezone.now


def _moved_now() -> datetime:
    return _real_now() + timedelta(seconds=float(_ahead.read_text()))


timezone.now = _moved_now

from casino import serve  # noqa: E402 - everything of the club reads the clock set above

if __name__ == "__main__":
    call_command("seed")
    sys.exit(serve.main())
