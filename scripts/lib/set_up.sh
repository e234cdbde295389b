# shellcheck shell=bash
# What the tests talk to, each found where it is given, where it runs, or where it is installed; else started
# with Docker or installed with apt-get; else the run stops and says what is missing.

# Docker's answer takes longer than this only if the engine hangs.
readonly DOCKER_TIMEOUT=10

docker_answers() { have docker && timeout "$DOCKER_TIMEOUT" docker compose version >/dev/null 2>&1 &&
  timeout "$DOCKER_TIMEOUT" docker info >/dev/null 2>&1; }

# True if the tests named are left out by `--skip`.
skipped() { [[ " ${skip[*]-} " == *" $1 "* ]]; }

set_up_python() {
  if [[ -n ${LATCHKEY_TEST_PYTHON:-} ]]; then
    test_python=$LATCHKEY_TEST_PYTHON
    "$test_python" -c 'import cloudevents, cryptography, grpc, jwt, pika, psycopg' ||
      die "LATCHKEY_TEST_PYTHON=$test_python lacks packages of tests/python/requirements.txt"
  else
    test_python=$(virtual_environment tests/python/requirements.txt)/bin/python || exit 1
  fi
  export LATCHKEY_TEST_PYTHON=$test_python
}

# The programs of a server, for the tests that stop, freeze or fill one of their own. Installed if need be.
# Usage: set_up_programs VARIABLE PROGRAM PACKAGE FINDER
set_up_programs() {
  local variable=$1 program=$2 package=$3 finder=$4 found
  if ! found=$("$finder"); then
    if can_apt && apt_install "$package"; then found=$("$finder") || true; fi
  fi
  if [[ -z $found ]] && ! skipped own_server; then
    die "the tests that stop and freeze servers of their own need the programs of $program:" \
      "install it (on Debian: apt-get install $package), or set $variable to their folder," \
      "or leave those tests out with --skip own_server"
  fi
  export "$variable=$found"
}

# A server for all other tests. Usage: set_up_server VARIABLE KIND SERVICE PROGRAMS START
set_up_server() {
  local variable=$1 kind=$2 service=$3 programs=$4 start=$5 url
  if [[ -n ${!variable:-} ]]; then
    find_server "$kind" "${!variable}" >/dev/null || die "$variable is set, but that server will not do (see above)"
  elif url=$(find_server "$kind" 2>"$servers_dir/$kind.tried"); then
    printf -v "$variable" %s "$url"
  elif docker_answers; then
    say "    starting $service with docker compose; it stays up for the next run"
    docker compose up --detach --wait "$service" </dev/null >&2 || die "docker compose could not start $service"
    url=$(find_server "$kind") || die "$service was started with docker compose, but does not answer (see above)"
    printf -v "$variable" %s "$url"
  elif [[ -n $programs ]]; then
    "$start"
  else
    cat "$servers_dir/$kind.tried" >&2
    die "no $service: none answers, none is installed, no Docker engine answers, and this is not root on Debian" \
      "or Ubuntu. Start one (docker compose up --detach --wait $service) or set $variable to the URL of one"
  fi
  export "${variable?}"
}

# The first of these programs that runs and tells its version.
first_that_runs() {
  local program
  for program in "$@"; do
    if have "$program" && timeout 30 "$program" --version </dev/null >/dev/null 2>&1; then
      command -v "$program"
      return
    fi
  done
  return 1
}

find_chromium() {
  first_that_runs "${LATCHKEY_TEST_CHROMIUM:-/none}" chromium chromium-browser google-chrome-stable google-chrome
}

find_chromedriver() {
  first_that_runs "${LATCHKEY_TEST_CHROMEDRIVER:-/none}" "${CHROMEWEBDRIVER:-/none}/chromedriver" chromedriver
}

major_version() { "$1" --version </dev/null 2>/dev/null | grep -oE '[0-9]+\.[0-9]+\.[0-9.]+' | head -n 1 | cut -d. -f1; }

set_up_browser() {
  if skipped browser; then return; fi
  local browser='' driver=''
  if ! { browser=$(find_chromium) && driver=$(find_chromedriver); } && can_apt; then
    apt_install chromium chromium-driver || true
    browser=$(find_chromium) || true
    driver=$(find_chromedriver) || true
  fi
  [[ -n $browser && -n $driver ]] ||
    die "Chromium and ChromeDriver are needed: install them (on Debian: apt-get install chromium chromium-driver)," \
      "or set LATCHKEY_TEST_CHROMIUM and LATCHKEY_TEST_CHROMEDRIVER to the programs," \
      "or leave the browser tests out with --skip browser"
  [[ $(major_version "$browser") == "$(major_version "$driver")" ]] ||
    die "$browser and $driver are of different major versions"
  export LATCHKEY_TEST_CHROMIUM=$browser LATCHKEY_TEST_CHROMEDRIVER=$driver
}

# axe-core for the browser tests: one file, out of the package that scripts/axe.txt names by its content.
set_up_axe() {
  if skipped browser; then return; fi
  if [[ -z ${LATCHKEY_TEST_AXE:-} ]]; then
    LATCHKEY_TEST_AXE=$(installed_axe) || exit 1
  fi
  [[ -r $LATCHKEY_TEST_AXE ]] || die "LATCHKEY_TEST_AXE=$LATCHKEY_TEST_AXE cannot be read"
  export LATCHKEY_TEST_AXE
}

# Prints where axe.min.js is, installing it first if it is not there.
installed_axe() {
  local place own
  place=$(tools_home)/axe-$(cksum <scripts/axe.txt | cut -d' ' -f1)
  if [[ ! -r $place/axe_playwright_python/axe.min.js ]]; then
    own=$place.$$
    say "    installing scripts/axe.txt into $place"
    "$test_python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes \
      --target "$own" --requirement scripts/axe.txt </dev/null >&2 ||
      { rm -rf "$own"; die "pip could not install scripts/axe.txt: set LATCHKEY_TEST_AXE to an axe.min.js of axe-core"; }
    ln -sn "$own" "$place" 2>/dev/null || rm -rf "$own"
  fi
  echo "$place/axe_playwright_python/axe.min.js"
}

# Everything; afterwards the variables that `found` lists are exported.
set_up() {
  servers_dir=$(mktemp -d "${TMPDIR:-/tmp}/latchkey-servers.XXXXXX")
  chmod 755 "$servers_dir"
  set_up_python
  set_up_programs LATCHKEY_TEST_PG_BIN PostgreSQL postgresql find_postgres_bin
  set_up_programs LATCHKEY_TEST_RABBITMQ_BIN RabbitMQ rabbitmq-server find_rabbitmq_bin
  LATCHKEY_TEST_PG_USER=$(server_user postgres) || exit 1
  LATCHKEY_TEST_RABBITMQ_USER=$(server_user rabbitmq) || exit 1
  export LATCHKEY_TEST_PG_USER LATCHKEY_TEST_RABBITMQ_USER
  set_up_server LATCHKEY_TEST_POSTGRES_URL postgres postgres "$LATCHKEY_TEST_PG_BIN" start_postgres
  set_up_server LATCHKEY_TEST_AMQP_URL amqp rabbitmq "$LATCHKEY_TEST_RABBITMQ_BIN" start_rabbitmq
  set_up_browser
  set_up_axe
}

# What the tests get.
found() {
  local name
  for name in POSTGRES_URL AMQP_URL PG_BIN PG_USER RABBITMQ_BIN RABBITMQ_USER CHROMIUM CHROMEDRIVER AXE PYTHON; do
    name=LATCHKEY_TEST_$name
    printf '    %s=%s\n' "$name" "${!name-}"
  done
}
