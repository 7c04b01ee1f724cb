"""The key of a second factor as a picture that a phone reads."""

import base64

import segno


def key_picture(address: str) -> str:
    """The address of an authenticator's key as a QR code: SVG in a ``data:`` address.

    Nothing is asked of another host, and no file is kept.
    """
    return segno.make(address, error="l", micro=False).svg_data_uri(
        scale=5, border=4, dark="#000", light="#fff", encode_minimal=True
    )


def key_in_groups(key: bytes) -> str:
    """A key as people type it: letters and digits of base 32 in groups of four."""
    text = base64.b32encode(key).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
