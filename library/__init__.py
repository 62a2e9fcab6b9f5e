"""What we know: claims, citations and scripture."""
