"""The two routers' configurations, in keepalived's own syntax: a master and a slave as an operator writes them."""

VIRTUAL_ADDRESS = "192.168.123.100"

_GLOBAL = """\
global_defs {{
   notification_email {{
     root@example.org
   }}
   notification_email_from keepalived@example.org
   smtp_server 192.168.123.103
   smtp_connect_timeout 30
   router_id {router_id}
}}
"""

_INSTANCE = """
vrrp_instance VI_1 {{
    state {state}
    interface eth0
    virtual_router_id 100
    priority {priority}
    advert_int 1
    track_interface {{
        eth0
        eth1
    }}
    authentication {{
        auth_type PASS
        auth_pass 1111
    }}
    virtual_ipaddress {{
        192.168.123.100/24 dev eth0 label eth0:100
    }}
}}
"""


def router_configuration(router_id: str, state: str, priority: int) -> str:
    """Return the configuration file of one of the two routers."""
    return (_GLOBAL + _INSTANCE).format(router_id=router_id, state=state, priority=priority)
