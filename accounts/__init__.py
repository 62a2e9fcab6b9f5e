"""People and institutions: who belongs where, what each may do, and how they prove that it is them.

Owns users, organisations, memberships, role grants, invitations and API tokens; it sits on chain and knows no content.
"""
