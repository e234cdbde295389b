# shellcheck shell=bash
# Virtual environments with pinned packages: the tests' Python, and the tools that come as wheels.

# Kept outside the clone, so that a fresh clone on the same machine starts with them.
tools_home() { echo "${LATCHKEY_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/latchkey-tools}"; }

# A Python that can make virtual environments; installs one where it may.
usable_python() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1; then
      command -v "$python"
      return
    fi
  done
  if can_apt && apt_install python3 python3-venv; then
    echo /usr/bin/python3
    return
  fi
  die "Python 3.10 or newer with venv and ensurepip is needed: install it (on Debian: python3 python3-venv)"
}

# Prints the folder of a virtual environment that holds exactly what a requirements file names,
# making it first if there is none. The folder's name is the file's content and the Python's version.
virtual_environment() {
  local requirements=$1 python key place own
  python=$(usable_python) || exit 1
  key=$( (cat "$requirements" && "$python" --version) | cksum | cut -d' ' -f1)
  place=$(tools_home)/python-$key
  if [[ ! -x $place/bin/python ]]; then
    # Made under a name of our own and then linked to: two runs at once never see half of one.
    own=$place.$$
    say "    installing $requirements into $place"
    mkdir -p "$(tools_home)"
    "$python" -m venv "$own" </dev/null >&2 || die "no virtual environment could be made with $python"
    "$own/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
      --requirement "$requirements" </dev/null >&2 || { rm -rf "$own"; die "pip could not install $requirements"; }
    [[ -x $place/bin/python ]] || rm -f "$place"
    ln -sn "$own" "$place" 2>/dev/null || rm -rf "$own"
  fi
  echo "$place"
}
