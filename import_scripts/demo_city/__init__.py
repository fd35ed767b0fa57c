"""An invented Iranian city, from a seed: for tests, for a first look and for measuring. Nothing in it is official."""
