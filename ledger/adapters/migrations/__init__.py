"""Schema changes of what a home keeps in SQL: `index` (derived) and `names` (kept)."""
