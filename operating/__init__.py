"""Running Sanad: what an operator asks of an installation. It looks, copies and says; publishing has its own rules."""
