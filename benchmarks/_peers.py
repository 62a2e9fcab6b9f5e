"""Owns the figures of the nearest peer that stand beside ours. None of them is measured again here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`said` in one line; `method`: how and when it was found."""

    said: str
    method: str

    def line(self) -> str:
        return f"{self.said} ({self.method}; not measured again)"


PEER = "BrightBean Studio"
MEASURED = "run over a simulated network, 2026-11"
PUBLISH = {
    "throughput": Figure(f"{PEER}: 0.67 posts/s, whatever the number of workers", MEASURED),
    "lateness": Figure(f"{PEER}: median 9.2 s late", MEASURED),
}
CRASH = {
    "kill": Figure(f"{PEER}: one kill in a send stopped all publishing for 3,601 s", MEASURED),
    "lost_ack": Figure(f"{PEER}: 24 of 24 lost answers stood twice", MEASURED),
    "rate_limit": Figure(f"{PEER}: 28 of 28 refusals tried again before their time", MEASURED),
    "outage": Figure(f"{PEER}: 11 % failed for ever in five minutes of outage", MEASURED),
}
