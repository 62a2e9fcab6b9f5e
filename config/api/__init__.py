"""/api/v1/: the router, the paging and the error format that every resource shares."""
