"""Emacs as the client, with eglot, where it is installed: its package in Debian 12, or that of Emacs 29."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(shutil.which("emacs") is None, reason="Emacs is not installed")

SCRIPT = """
(package-initialize)
(unless (require 'eglot nil t) (message "no eglot") (kill-emacs 0))
(add-to-list 'eglot-server-programs '(python-mode . ("{python}" "-m" "regilink_doctor" "server")))
(setq eglot-sync-connect t eglot-connect-timeout 60 eglot-autoshutdown t)
(find-file "train.py")
(apply #'eglot (eglot--guess-contact))
(defun wait-for (code)
  (let ((end (+ (float-time) 60)))
    (while (and (< (float-time) end)
                (not (and (flymake-diagnostics)
                          (string-match-p code (flymake-diagnostic-text (car (flymake-diagnostics)))))))
      (accept-process-output nil 0.05)))
  (dolist (item (flymake-diagnostics))
    (message "%d %s" (line-number-at-pos (flymake-diagnostic-beg item))
             (car (split-string (flymake-diagnostic-text item) "\\n")))))
(flymake-start)
(wait-for "REG102")
(search-forward "'wandb-registry-model'")
(replace-match "'wandb-registry-model/zoo:v3'")
(eglot--signal-textDocument/didChange)
(wait-for "REG107")
(message "%s" (mapcar (lambda (action) (plist-get action :title)) (eglot-code-actions (point-min) (point-max))))
"""


@pytest.mark.slow
def test_findings_follow_the_typing_and_fixes_are_offered(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "import wandb\n\nwith wandb.init(entity='team-a') as run:\n    run.link_artifact(a, 'wandb-registry-model')\n",
        encoding="utf-8",
    )
    (tmp_path / "try.el").write_text(SCRIPT.format(python=sys.executable), encoding="utf-8")
    environ = {**os.environ, "HOME": str(tmp_path)}
    command = ["emacs", "--batch", "-l", "try.el"]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=150)
    if "no eglot" in done.stderr:
        pytest.skip("eglot is not installed")
    shown = [line for line in done.stderr.splitlines() if "REG" in line]
    assert shown == [
        '4 regilink [REG102]: "wandb-registry-model" names a registry but no collection',
        '4 regilink [REG107]: ":v3" does not belong in a target path',
        "(REG107: remove it REG107: silence it on this line regilink: fix all in this file)",
    ]
