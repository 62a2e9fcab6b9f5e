"""The pages of those who write, review and sign: desk, contents, claims, campaigns, editor, review, pictures."""
