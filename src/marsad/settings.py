"""One frozen Settings, read once in cli.py from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """archive: SQLAlchemy URL or path of the archive (MARSAD_ARCHIVE); entities: a file of the user's own entities (MARSAD_ENTITIES); contact: an address in the User-Agent of the
    collector, for those whose pages it fetches (MARSAD_CONTACT); password: argon2 hash of the password of the web pages (MARSAD_PASSWORD), token: what lets programs in (MARSAD_TOKEN), "" for none; smtp: the mail
    server of watches, smtp://user:secret@host:587 (MARSAD_SMTP), mail_from: whom their mails come from (MARSAD_MAIL_FROM); color: False when NO_COLOR is set."""

    archive: str = "marsad.db"
    entities: str = ""
    contact: str = "https://pypi.org/project/marsad"
    password: str = ""
    token: str = ""
    smtp: str = ""
    mail_from: str = "marsad@localhost"
    color: bool = True

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Return the settings of an environment."""
        return cls(
            archive=environment.get("MARSAD_ARCHIVE", "marsad.db"),
            entities=environment.get("MARSAD_ENTITIES", ""),
            contact=environment.get("MARSAD_CONTACT") or "https://pypi.org/project/marsad",
            password=environment.get("MARSAD_PASSWORD", ""),
            token=environment.get("MARSAD_TOKEN", ""),
            smtp=environment.get("MARSAD_SMTP", ""),
            mail_from=environment.get("MARSAD_MAIL_FROM") or "marsad@localhost",
            color=not environment.get("NO_COLOR"),
        )
