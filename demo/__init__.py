"""The demonstration that `make run` lays: an institution marked as one, its people, a campaign and its contents.

Everything is made through the actions that people use, so that nothing stands here which could not be done by hand.
"""
