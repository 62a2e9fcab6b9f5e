"""One file per network, each with one Adapter class whose slug is the file's name; see networks/registry.py."""
