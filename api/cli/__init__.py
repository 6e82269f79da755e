"""The command `elicense`: nouns, then verbs."""
