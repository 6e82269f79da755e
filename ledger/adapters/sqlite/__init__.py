"""SQLite files of a home that threads and processes share, each behind a port of its own."""
