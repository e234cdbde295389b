# shellcheck shell=bash
# Cargo's tools that come as source only, built once and kept beside the other tools.

# Prints the folder of a cargo tool's program, building it first if it is not there.
cargo_tool() {
  local name=$1 version=$2 place
  place=$(tools_home)/$name-$version
  if [[ ! -x $place/bin/$name ]]; then
    say "    building $name $version into $place"
    cargo install --quiet --locked "$name@$version" --root "$place" </dev/null >&2 || die "$name could not be built"
  fi
  echo "$place/bin"
}
