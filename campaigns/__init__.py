"""What we say: campaigns and their briefs, contents, revisions, media, variants, and the exact payloads signed."""
