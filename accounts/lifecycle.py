"""The states that an institution, a role grant, an invitation and an API token pass through, as data.

chain.engine runs these tables; nothing else writes a state column.
"""

from chain.lifecycle import Lifecycle

ROLE_GRANT = Lifecycle(
    "role_grant",
    {
        "proposed": frozenset({"active", "refused", "revoked"}),
        "active": frozenset({"revoked"}),
    },
)

# sent → sent is a new letter with a new link: the old link stops working.
INVITATION = Lifecycle("invitation", {"sent": frozenset({"sent", "accepted", "cancelled"})})

ORGANISATION = Lifecycle("organisation", {"active": frozenset({"suspended"}), "suspended": frozenset({"active"})})

API_TOKEN = Lifecycle("api_token", {"active": frozenset({"revoked"})})
