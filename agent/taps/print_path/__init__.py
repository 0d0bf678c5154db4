"""print_path: what every tap stands on: bytes to the printer first, into the journal after, none lost by our death."""
