"""`[project.urls]`: the addresses of the repository that builds a release, and of the site.

The release workflow passes its own address in `REGILINK_PROJECT_URL`; the site is the one that findings link to. A
build elsewhere, and a project without a site, have no addresses rather than wrong ones.
"""

import os
import re
from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class ProjectUrls(MetadataHookInterface):
    """Adds the addresses to the metadata of the wheel and of the sdist."""

    def update(self, metadata: dict[str, object]) -> None:
        """Set `urls`."""
        urls = {}
        if repository := os.environ.get("REGILINK_PROJECT_URL", "").rstrip("/"):
            urls["Source"] = repository
            urls["Issues"] = f"{repository}/issues"
            urls["Changelog"] = f"{repository}/blob/main/CHANGELOG.md"
        config = Path(self.root, "regilink_doctor", "config", "__init__.py").read_text(encoding="utf-8")
        if site := re.search(r'^SITE = "(.+)"$', config, re.MULTILINE):
            urls["Documentation"] = site[1]
        metadata["urls"] = urls
