"""fleet: the box's side of the MQTT convention; nothing else in the box waits for it."""
