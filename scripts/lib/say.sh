# shellcheck shell=bash
# What every script here says and how it stops.

if ((BASH_VERSINFO[0] < 4)); then
  echo "bash 4 or newer is needed; this is ${BASH_VERSION}" >&2
  exit 1
fi

# Progress goes to standard error, so that standard output stays for results.
say() { printf '%s\n' "$*" >&2; }

# Stops the script, saying why.
die() {
  say "error: $*"
  exit 1
}

# Runs a command under a name and says how long it took. The command's own exit code is returned.
timed() {
  local name=$1 began=$SECONDS code=0
  shift
  say "==> $name"
  "$@" </dev/null || code=$?
  if ((code == 0)); then
    say "    $name: ok, $((SECONDS - began)) s"
  else
    say "    $name: FAILED with exit code $code, $((SECONDS - began)) s"
  fi
  return "$code"
}

have() { command -v "$1" >/dev/null 2>&1; }
