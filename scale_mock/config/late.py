"""Loading late, one thread at a time.

Werkzeug is loaded when it is first needed, which several threads may find out at once. Its modules
import each other in circles; where two threads enter a circle from different sides, Python lets one
of them see half of a module. Whoever imports werkzeug inside of a function holds this lock.
"""

from __future__ import annotations

import threading

LOADING = threading.RLock()
