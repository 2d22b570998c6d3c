"""Children of a fork, waited for."""

from __future__ import annotations

import os
import signal
import time


def ends_well(child: int, seconds: float = 60.0) -> bool:
    """Whether a child ends within that time, and ends well; one that hangs is killed."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status == 0
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False
