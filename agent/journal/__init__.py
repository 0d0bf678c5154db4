"""journal: the append-only seam between the tap and the agent; written by one process, read by another."""
