"""REG704."""

from __future__ import annotations

from regilink_doctor.core.masking import is_key, mark_public
from regilink_doctor.rules.base import FileFacts, SettingRule, SiteRule, Words
from regilink_doctor.rules.site_facts import certain, variable_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.file_facts import Setting
    from regilink_doctor.core.findings import Finding, Place
    from regilink_doctor.core.sites import Site


_ELSEWHERE = "delete the key in the App, and read the new one from the environment, or use wandb login"
_LOCAL = "let git ignore this file (.gitignore); if it was ever committed, delete the key in the App and make a new one"


mark_public("9f2c41d07be85a36c1d09e7f4b2a8c6d5e3f1a70")  # the key of the examples: the page of the rule shows it


class HardCodedApiKey(SiteRule, SettingRule):
    """A W&B API key in a file.

    Whoever reads the file can act as its owner, and colleagues link as somebody else without knowing. Delete the key
    in the App (it stays in the history of git), and read the new one from the environment or `wandb login`. Only what
    is given as a key counts: forty digits alone may be a commit.
    """

    code = "REG704"
    name = "hard-coded-api-key"
    severity = "error"
    rows = ("E2",)
    bad = (
        'wandb.login(key="9f2c41d07be85a36c1d09e7f4b2a8c6d5e3f1a70")',
        'import os\nos.environ["WANDB_API_KEY"] = "9f2c41d07be85a36c1d09e7f4b2a8c6d5e3f1a70"',
        'KEY = "9f2c41d07be85a36c1d09e7f4b2a8c6d5e3f1a70"\nwandb.Api(api_key=KEY)',
    )
    good = (
        'import os\nwandb.login(key=os.environ["WANDB_API_KEY"])',
        'COMMIT = "9f2c41d07be85a36c1d09e7f4b2a8c6d5e3f1a70"',
        'import os\nos.environ["WANDB_API_KEY"] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"',
        'wandb.login(key="your-api-key")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        for name in ("key", "api_key"):
            for text in site.arguments.strings.get(name, ()):
                if text.literal is not None and is_key(text.literal):
                    yield self._found(text.place if text.place.path == site.place.path else site.place)

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Finding]:
        """See `SettingRule.check_setting`."""
        value = certain(setting.value)
        if variable_of(setting) == "WANDB_API_KEY" and value is not None and is_key(value):
            yield self._found(setting.place, _LOCAL if setting.how == "dotenv" else _ELSEWHERE)

    def _found(self, place: Place, instead: str = _ELSEWHERE) -> Finding:
        what = "a W&B API key is written here: whoever reads the file can act as its owner"
        return self.finding(place, Words(what, instead))
