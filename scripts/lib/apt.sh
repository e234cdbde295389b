# shellcheck shell=bash
# Installing from Debian's or Ubuntu's packages, where the script may.

# Longer than any one run of apt takes: another run of these scripts may hold the lock.
readonly APT_LOCK_TIMEOUT=600

# True as root on Debian, Ubuntu or a relative of theirs.
can_apt() {
  ((EUID == 0)) && have apt-get && have flock && grep -qE '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release
}

# Installs packages without a question, and without starting their services: the tests start their own.
apt_install() {
  say "    installing with apt-get: $*"
  local log
  log=$(mktemp)
  if ! (exec 9>/var/lock/latchkey-apt && flock -w "$APT_LOCK_TIMEOUT" 9 && apt_locked "$@") >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    say "    apt-get could not install: $*"
    return 1
  fi
  rm -f "$log"
}

# The part of apt_install that one run at a time may do. (RUNLEVEL=1 keeps packages from starting services.)
apt_locked() {
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  local apt=(apt-get -q -o DPkg::Lock::Timeout=300)
  "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "$@"
}
