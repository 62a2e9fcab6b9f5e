"""Accountability: what happened to what, who must sign it, who must be told.

The lowest of our apps: it knows people and organisations only by key, and no role, network or campaign.
"""
