"""The keywords of ``SSL``."""

from kaspec.config import arguments as form
from kaspec.config.keywords.rows import Description, setting

_SCOPE = "SSL"
PASSWORD = setting(_SCOPE, "password", form.WORD, Description("STRING", "none", 3, "L", "1.2.2", example="password secret42"), acts=True)
CA = setting(
    _SCOPE,
    "ca",
    form.PATH,
    Description("FILE", "none", 3, "L", "1.2.2", "loaded, but peers are never verified", example="ca /etc/keepalived/ca.pem"),
    acts=True,
)
CERTIFICATE = setting(
    _SCOPE,
    "certificate",
    form.PATH,
    Description("FILE", "none", 3, "L", "1.2.2", "client certificate", example="certificate /etc/keepalived/client.pem"),
    acts=True,
)
KEY = setting(_SCOPE, "key", form.PATH, Description("FILE", "none", 3, "L", "1.2.2", example="key /etc/keepalived/client.key"), acts=True)
