"""The demo: the whole story on a fresh local chain, with real parts only."""
