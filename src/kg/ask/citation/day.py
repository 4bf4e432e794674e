"""The day on which something is looked at and cited."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime


def today() -> date:
    """The day of a citation: that of ``SOURCE_DATE_EPOCH`` for pages that must be the same each time, else this one.

    See https://reproducible-builds.org/specs/source-date-epoch/. Days are those of UTC.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC).date() if epoch.isdigit() else datetime.now(UTC).date()
