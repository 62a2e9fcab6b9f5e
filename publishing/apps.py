from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "publishing"

    def ready(self) -> None:
        """A voided approval holds its deliveries in the same transaction: campaigns calls, and knows nothing of us."""
        from campaigns.messengers import consent_withdrawn
        from campaigns.voiding import approval_voided, brief_withdrawn
        from chain.verbs import sentences
        from publishing.reasons import title_of
        from publishing.scheduling import hold_campaign, hold_unwilling, void_deliveries

        if void_deliveries not in approval_voided:
            approval_voided.append(void_deliveries)
            brief_withdrawn.append(hold_campaign)
            consent_withdrawn.append(hold_unwilling)
            sentences.append(title_of)
