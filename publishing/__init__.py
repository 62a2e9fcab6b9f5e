"""How it gets out: channels, deliveries, attempts, reconciling, freezing, the watchdog."""
