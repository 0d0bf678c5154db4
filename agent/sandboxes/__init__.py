"""sandboxes: loyalty clouds on loopback, one a vendor, that speak its documented shapes and misbehave when told."""
