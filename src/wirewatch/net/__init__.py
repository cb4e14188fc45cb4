"""HTTP with bounds on everything: where it connects, how long it takes, how much it brings."""
