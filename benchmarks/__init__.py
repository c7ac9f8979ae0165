"""What archlint costs and what it finds, measured beside other tools."""
