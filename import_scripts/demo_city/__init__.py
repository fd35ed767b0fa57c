"""An invented Iranian city, from a seed: for tests and for a first look. Nothing in it is official."""
