"""WHAT IS TRUE: identifiers, messages, acts, records and the state that follows from them."""
