"""No test touches the files of the user who runs the suite."""

import os
import pwd
from pathlib import Path

from platformdirs import user_cache_dir, user_config_dir


def test_tests_have_a_home_of_their_own() -> None:
    users = Path(pwd.getpwuid(os.getuid()).pw_dir)
    assert Path.home() != users
    for folder in (user_config_dir("wandb"), user_cache_dir("wandb")):
        assert not Path(folder).is_relative_to(users)
    assert "NETRC" not in os.environ
