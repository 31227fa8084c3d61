"""Resume codes: twelve characters that lead back to a result, and of which only a keyed hash is stored.

The alphabet is Crockford's base 32, which has no letters that look like digits; somebody who types O, I or L means 0 or 1.
Twelve characters are 60 bits: among a million kept results, a thousand guesses a second find one in 36 years on average,
and a stolen database has no usable code without the key.
"""

import hmac
import re
import secrets
from hashlib import sha256

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
_LOOK_ALIKE = str.maketrans("OIL", "011")


def new_code() -> str:
    """A code in three groups of four, such as 7K2M-9QXD-04ZT."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


def read_code(typed: str) -> str | None:
    """The code as it is stored before hashing, from what somebody typed; None where that cannot be one."""
    plain = re.sub(r"[\s\-–—_.]", "", typed[:100]).upper().translate(_LOOK_ALIKE)
    return plain if len(plain) == LENGTH and set(plain) <= set(ALPHABET) else None


def hash_code(code: str, *, key: str) -> str:
    """The keyed hash (HMAC-SHA256, 64 hexadecimal digits) of a code that ``read_code`` returned."""
    return hmac.new(f"resume code {key}".encode(), code.encode(), sha256).hexdigest()
