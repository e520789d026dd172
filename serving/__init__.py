"""How phivet is reached: the command line, the service, the page."""
