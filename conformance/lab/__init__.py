"""Network namespaces with real routers in them."""
