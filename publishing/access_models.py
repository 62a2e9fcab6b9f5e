"""What is left of an access that nobody uses any more. Loaded by publishing/models.py, which names it nowhere else."""

from django.db import models


class EndedAccess(models.Model):
    """The access of a channel that was disconnected, kept sealed until the network was told to let it end too."""

    channel = models.ForeignKey("publishing.Channel", models.CASCADE, related_name="+")
    sealed = models.BinaryField()
    ended_at = models.DateTimeField()
    ask_after = models.DateTimeField(db_index=True)
    """Also the lease of the worker that asks."""
