"""A trace played at a real router: what happens to one router of it is done to a device, and the core judges what the device does.

``script`` says what to do and when, ``stage`` does it and watches, ``acts`` is what can be seen, and ``judge`` tells whether a core (the
right one, or one that is wrong in a way) could have done just that.
"""
