"""LVS: virtual services, their servers, and what the kernel makes of them."""
