"""When this engine's people are awake: hours of a day and days of a week."""

import numpy as np

from ringfinder.events.simulator.clock import Rhythm

RHYTHM = Rhythm(
    hours=np.array(
        [8, 6, 5, 4, 4, 5, 7, 10, 12, 13, 14, 16, 18, 15, 16, 15, 15, 17, 18, 20, 21, 21, 16, 11],
        float,
    ),
    weekdays=np.array([1.0, 0.95, 0.95, 1.0, 1.1, 1.3, 1.25]),
)
