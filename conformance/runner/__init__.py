"""The conformance runner: the corpus of traces played at real routers, clause by clause."""
