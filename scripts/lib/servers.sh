# shellcheck shell=bash
# Finding PostgreSQL and RabbitMQ, or starting servers for this run alone from the programs installed.

# Started for this run, to be stopped at its end: one line of shell each.
stop_commands=()
# The tests' servers live here: short, because a socket's path may have 107 bytes, and open to every user,
# because PostgreSQL refuses to run as root.
servers_dir=
# The Python that asks servers; set_up_python sets it.
test_python=

# The unprivileged user a server runs as; empty when the script is not root and runs it as itself.
server_user() {
  ((EUID == 0)) || return 0
  local user
  for user in "$1" nobody; do
    if id "$user" >/dev/null 2>&1; then
      echo "$user"
      return
    fi
  done
  die "as root, the tests run $1's server as user '$1' or 'nobody', and there is neither"
}

# Runs a command as a user (as this one if the name is empty), with nothing to read.
as_user() {
  local user=$1
  shift
  if [[ -n $user ]]; then
    runuser -u "$user" -- "$@" </dev/null
  else
    "$@" </dev/null
  fi
}

# Makes a folder of its own for a server and prints it.
server_dir() {
  local dir=$servers_dir/$1
  mkdir "$dir"
  if [[ -n $2 ]]; then chown "$2" "$dir"; fi
  echo "$dir"
}

free_port() {
  "$test_python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Prints the URL of a running server: the one given, or else the first that answers.
find_server() {
  "$test_python" scripts/lib/find_server.py "$@" </dev/null
}

# The folder of initdb, pg_ctl and postgres.
find_postgres_bin() {
  local dir
  for dir in "${LATCHKEY_TEST_PG_BIN:-}" "$(pg_config --bindir 2>/dev/null || true)" \
    $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin | sort -Vr) \
    "$(dirname "$(realpath "$(command -v initdb || true)" 2>/dev/null || echo /none/x)")"; do
    if [[ -x $dir/initdb && -x $dir/pg_ctl && -x $dir/postgres ]]; then
      echo "$dir"
      return
    fi
  done
  return 1
}

# The folder of rabbitmq-server and rabbitmqctl. Debian's /usr/sbin/rabbitmq-server comes last: it is a
# wrapper that insists on its own user and log folder.
find_rabbitmq_bin() {
  local dir
  for dir in "${LATCHKEY_TEST_RABBITMQ_BIN:-}" /usr/lib/rabbitmq/bin /opt/homebrew/opt/rabbitmq/sbin \
    "$(dirname "$(command -v rabbitmq-server || echo /none/x)")"; do
    if [[ -x $dir/rabbitmq-server && -x $dir/rabbitmqctl ]]; then
      echo "$dir"
      return
    fi
  done
  return 1
}

# Starts a PostgreSQL of this run's own; sets LATCHKEY_TEST_POSTGRES_URL.
start_postgres() {
  local bin=$LATCHKEY_TEST_PG_BIN user=$LATCHKEY_TEST_PG_USER dir port
  dir=$(server_dir postgres "$user")
  port=$(free_port)
  say "    starting PostgreSQL on port $port${user:+ as user $user}"
  as_user "$user" "$bin/initdb" -D "$dir/data" -U postgres --auth=trust --encoding=UTF8 --locale=C --no-sync \
    >"$dir.log" 2>&1 || { cat "$dir.log" >&2; die "initdb failed"; }
  stop_commands+=("as_user '$user' '$bin/pg_ctl' -D '$dir/data' -m immediate -w stop")
  as_user "$user" "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 -o "-p $port -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories=$dir -c fsync=off -c max_connections=200" start >>"$dir.log" 2>&1 ||
    { cat "$dir.log" "$dir/log" >&2; die "PostgreSQL did not start"; }
  export LATCHKEY_TEST_POSTGRES_URL=postgres://postgres@127.0.0.1:$port/postgres
}

# Starts a RabbitMQ of this run's own; sets LATCHKEY_TEST_AMQP_URL. Nothing of the system's broker is read:
# neither its cookie, nor its configuration, nor its list of plugins.
start_rabbitmq() {
  local bin=$LATCHKEY_TEST_RABBITMQ_BIN user=$LATCHKEY_TEST_RABBITMQ_USER dir port node
  dir=$(server_dir rabbitmq "$user")
  port=$(free_port)
  node=latchkey-$port@localhost
  local environment=(env "HOME=$dir" "RABBITMQ_NODENAME=$node" "RABBITMQ_NODE_IP_ADDRESS=127.0.0.1"
    "RABBITMQ_NODE_PORT=$port" "RABBITMQ_DIST_PORT=$(free_port)" "RABBITMQ_MNESIA_BASE=$dir/data"
    "RABBITMQ_LOG_BASE=$dir/log" "RABBITMQ_CONFIG_FILE=$dir/none" "RABBITMQ_ADVANCED_CONFIG_FILE=$dir/none"
    "RABBITMQ_CONF_ENV_FILE=$dir/none" "RABBITMQ_ENABLED_PLUGINS_FILE=$dir/enabled_plugins")
  say "    starting RabbitMQ on port $port${user:+ as user $user}"
  (cd "$dir" && as_user "$user" "${environment[@]}" "$bin/rabbitmq-server") >"$dir.log" 2>&1 &
  stop_commands+=("as_user '$user' env 'HOME=$dir' '$bin/rabbitmqctl' -q -n '$node' -t 60 shutdown")
  export LATCHKEY_TEST_AMQP_URL=amqp://guest:guest@127.0.0.1:$port/%2f
  await_broker "$!" || { tail -n 30 "$dir.log" >&2; die "RabbitMQ did not start"; }
}

# Waits until the broker of this process answers at LATCHKEY_TEST_AMQP_URL.
await_broker() {
  local until=$((SECONDS + 120))
  until find_server amqp "$LATCHKEY_TEST_AMQP_URL" >/dev/null 2>&1; do
    kill -0 "$1" 2>/dev/null && ((SECONDS < until)) || return 1
    sleep 0.5
  done
}

# Stops what this run started, last first, and removes its files.
stop_servers() {
  local i
  cd /
  for ((i = ${#stop_commands[@]} - 1; i >= 0; i--)); do
    eval "${stop_commands[i]}" >/dev/null 2>&1 || say "    could not stop: ${stop_commands[i]}"
  done
  if [[ -n $servers_dir ]]; then rm -rf "$servers_dir"; fi
}
