"""The public side: what anybody may read without an account."""
