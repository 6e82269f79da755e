"""What each kind of record does to the state, by the contract that writes it."""
