"""IPVS, the kernel's load balancer, over generic netlink."""
