"""The inspector's phone pages: today's route, one stop, the report."""
