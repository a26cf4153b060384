"""What the black-box tests stand on: servers, databases, accounts, and a client of each dialect."""
