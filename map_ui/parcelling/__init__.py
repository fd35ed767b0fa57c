"""Other lots than there are: a lot divided, lots made one; how it is told, judged, and shown."""
