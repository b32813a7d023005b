"""What a run is made of: window, parameters, one random generator per chunk and concern."""

import zlib
from dataclasses import dataclass

import numpy as np

FIRST_DAY = np.datetime64("2024-01-01")
N_DAYS = 731  # 2024-01-01 … 2025-12-31
FUTURE_DAYS = 365  # the truth's horizon for expected value
N_MONTHS = 24
DAYS_PER_MONTH = 30.4375  # 365.25 / 12
CHUNK = 10_000  # people generated at a time; fixed, because it enters the seeds


@dataclass(frozen=True)
class Plan:
    """The parameters of a run."""

    dataset: str = "simulated_retailer"
    people: int = 20_000
    seed: int = 42

    @property
    def n_chunks(self) -> int:
        return -(-self.people // CHUNK)

    def size(self, chunk: int) -> int:
        """Return the number of people in a chunk."""
        return min(CHUNK, self.people - chunk * CHUNK)


def generator(plan: Plan, chunk: int, concern: str) -> np.random.Generator:
    """Return the random numbers of one concern in one chunk, whatever ran before it."""
    return np.random.default_rng([plan.seed, chunk + 1, zlib.crc32(concern.encode())])


def month_of(day: np.ndarray) -> np.ndarray:
    """Return the month (0 = January 2024) of days counted from the first day."""
    months = (FIRST_DAY + np.floor(np.asarray(day)).astype(int)).astype("datetime64[M]")
    return (months - FIRST_DAY.astype("datetime64[M]")).astype(int)


def date_of(day: np.ndarray) -> np.ndarray:
    """Return the calendar date of days counted from the first day."""
    return FIRST_DAY + np.floor(np.asarray(day)).astype(int)


def moment_of(day: np.ndarray) -> np.ndarray:
    """Return the local time, to the second, of fractional days counted from the first day."""
    return FIRST_DAY.astype("datetime64[s]") + np.floor(np.asarray(day) * 86_400).astype("timedelta64[s]")
