"""Neovim as the client. Debian 12 has 0.7, which starts a client by `start_client`, and waits for what is pushed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("nvim") is None, reason="Neovim is not installed"),
]

SCRIPT = """
vim.cmd("edit train.py")
local client = vim.lsp.start_client({{
  name = "regilink", cmd = {{ "{python}", "-m", "regilink_doctor", "server" }}, root_dir = vim.fn.getcwd(),
}})
vim.lsp.buf_attach_client(0, client)
local function report(number)
  vim.wait(20000, function() return #vim.diagnostic.get(0) == number end, 20)
  for _, item in ipairs(vim.diagnostic.get(0)) do
    print(string.format("%d:%d %s %s\\n", item.lnum + 1, item.col + 1, item.code, item.message:match("[^\\n]*")))
  end
end
report(1)
vim.api.nvim_buf_set_lines(0, 3, 4, false, {{ '    run.link_artifact(a, "wandb-registry-model/zoo:v3")' }})
vim.wait(20000, function() return (vim.diagnostic.get(0)[1] or {{}}).code == "REG107" end, 20)
report(1)
vim.cmd("qa!")
"""


def test_findings_are_shown_and_follow_the_typing(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "import wandb\n\nwith wandb.init(entity='team-a') as run:\n    run.link_artifact(a, 'wandb-registry-model')\n",
        encoding="utf-8",
    )
    (tmp_path / "try.lua").write_text(SCRIPT.format(python=sys.executable), encoding="utf-8")
    command = ["nvim", "--headless", "--clean", "-c", "luafile try.lua"]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True, timeout=90
    )
    shown = [line for line in (done.stdout + done.stderr).splitlines() if line[:1].isdecimal()]
    assert shown == [
        '4:27 REG102 "wandb-registry-model" names a registry but no collection',
        '4:51 REG107 ":v3" does not belong in a target path',
    ]
