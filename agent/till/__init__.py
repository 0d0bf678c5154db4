"""till: what people see of the box; today the agent's answers on a Unix socket, later the pages."""
