"""The people's pages: members, invitations, tokens, one's own settings, notices."""
