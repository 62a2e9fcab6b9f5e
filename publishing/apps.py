from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "publishing"

    def ready(self) -> None:
        """A voided approval holds its deliveries in the same transaction: campaigns calls, and knows nothing of us."""
        from campaigns.voiding import approval_voided
        from chain.verbs import sentences
        from publishing.reasons import title_of
        from publishing.scheduling import void_deliveries

        if void_deliveries not in approval_voided:
            approval_voided.append(void_deliveries)
            sentences.append(title_of)
