"""The base of the black-box tests: servers, databases, accounts, and a client of each dialect."""
