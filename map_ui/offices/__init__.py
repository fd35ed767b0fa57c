"""The page that answers: which office is nearest?"""
