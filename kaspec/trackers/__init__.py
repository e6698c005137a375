"""What is tracked beside interfaces, as machines without a clock: scripts, files and processes (keepalived ``vrrp_script``, ``track_file``,
``vrrp_track_process``).  Each finds something good or bad; what that means to a virtual router is ``kaspec.tracking``'s to say."""
