"""The citizen's question "what if I build this?": what is told, how it is judged, its page."""
