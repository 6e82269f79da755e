"""What callers see: HTTP routes and the command line, over the same services."""
