"""The conformance runner: traces, peers, the lab of network namespaces, the demo."""
