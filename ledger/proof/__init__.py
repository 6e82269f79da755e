"""HOW IT IS SHOWN: from logs and storage proofs to checked facts."""
