"""A sample site: eight invented outlets and the articles of one week, served on this machine."""
