"""The holder's side: keys, vault, presentations; no server code."""
