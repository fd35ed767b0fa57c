"""Travel on a street network and day plans on top of it: plain Python, no Django, no database."""
