"""The dispatcher's day board: routes on a map, a time line from right to left, what has no turn and why."""
