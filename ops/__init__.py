"""Operating the repository: installing, running, checking and translating Sanad. No product code lives here.

What runs before the virtual environment exists (bootstrap, venv, frontend) uses the standard library only.
"""
