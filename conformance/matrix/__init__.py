"""The interop matrix: every two routers, whoever made them, through start, crash, return, stop, cut and heal."""
