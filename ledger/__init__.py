"""The ledger: what is true, how it is shown, what may be asked, how it is done here."""
