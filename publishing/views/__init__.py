"""Pages of publishing: deliveries, releasing, channels, freezing. They read forms, call one action, and answer."""
