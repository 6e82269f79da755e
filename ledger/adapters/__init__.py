"""HOW IT IS DONE HERE: each port over a library, a file, a node or a database."""
