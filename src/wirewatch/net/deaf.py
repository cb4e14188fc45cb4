"""Imported by the fork server alone, before all else: what it forks hears no Ctrl-C, not even while it starts.

Ctrl-C reaches a terminal's whole process group. The parent alone decides what it means, and ends its workers itself.
Nor does it look for garbage among what it imports: a worker begins to.
"""

import gc
import signal

gc.disable()

signal.signal(signal.SIGINT, signal.SIG_IGN)
