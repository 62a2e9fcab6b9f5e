"""The social networks, in pure Python: one interface, one adapter file per network.

Owns everything that knows a network by name; imports nothing of ours but `outgoing`.
"""
