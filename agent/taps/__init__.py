"""taps: many ways of getting print bytes, one file each; `agent.tap.make_tap` is their list."""
