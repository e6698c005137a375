"""The subcommands of ``kaspec``, each imported only when it is called."""
