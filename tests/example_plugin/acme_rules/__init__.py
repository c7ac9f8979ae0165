"""Rules of the Acme company, as an installed package brings them."""
