"""A local simulator that speaks the social networks' own wire formats over HTTP on the loopback interface.

It stands in for the networks in demos, tests and benchmarks; it never runs in production and nothing imports it.
"""
