"""What `elicense net` runs on this machine: a chain, and a private IPFS swarm."""
