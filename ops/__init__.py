"""Operating the repository: installing, running, checking and translating Sanad. No product code lives here.

Everything that runs before the virtual environment exists (bootstrap, frontend, supervise) uses the standard library only.
"""
