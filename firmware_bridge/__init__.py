"""firmware_bridge: the link to the wire tap, a microcontroller on the till's serial line; imports nothing of agent."""
