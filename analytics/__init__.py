"""What happened: snapshots, rollups, dashboards."""
