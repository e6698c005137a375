"""The corpus of traces, and which clauses of the RFCs it is evidence for."""
