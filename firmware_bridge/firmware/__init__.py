"""firmware: what runs on the microcontroller, under MicroPython; the simulator and the tests run the same files."""
