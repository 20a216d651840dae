#!/bin/sh
# Makes a fresh Debian server a hub: Node, Docker, this package, the image of pubs, and the service that joins.
# `buttcloud admin hub-token --host NAME` prints the line that runs it. Doing it again changes nothing but the
# package's version. It asks for nothing; each step is told, and what fails says what to do.
set -eu
umask 022
export DEBIAN_FRONTEND=noninteractive

# Debian 13 has a Node that is new enough. For older ones NodeSource's repository is taken: signed, kept up to date by
# apt with everything else, and its key is known here, so that whoever answers in its name gives nothing.
NODE_REPOSITORY=${BUTTCLOUD_NODE_REPOSITORY:-https://deb.nodesource.com/node_24.x}
NODE_KEY_URL=${BUTTCLOUD_NODE_KEY_URL:-https://deb.nodesource.com/gpgkey/nodesource-repo.gpg.key}
NODE_FINGERPRINT=${BUTTCLOUD_NODE_FINGERPRINT:-6F71F525282841EEDAF851B42F59B5F99B1BE0B4}
NODE_SOURCES=/etc/apt/sources.list.d/buttcloud-node.sources
NODE_LEAST=20.19
# Measured: 1.2 GB in all, with Docker, Node, the package and the image of pubs; the rest is for the first pubs.
ROOM_KB=3000000
RUNS_SECONDS=90
UNIT=buttcloud-hub
FOLDER=/var/lib/buttcloud/hub

say() { printf '%s\n' "==> $*"; }
die() {
  printf '%s\n' "This server did not become a hub: $*" >&2
  exit 1
}
usage() {
  cat <<'TEXT'
sh join.sh --package FILE|URL --host NAME [--join TOKEN] [--label NAME] [--no-docker] [--dry-run] [-- OPTIONS OF THE HUB]
  --package FILE|URL  the package as npm pack makes it; a name in npm's registry will do, too
  --host NAME         the name or address by which members reach this server; "auto" finds a public address
  --join TOKEN        the one-time token of the provider; not needed once the hub has joined
  --no-docker         pubs as processes, for friends only
  --dry-run           say what would be done, and change nothing
TEXT
}

# Runs a command, or says it with --dry-run. Nothing that it starts may read what the shell reads.
run() {
  if [ "$DRY" = yes ]; then
    printf '    %s\n' "$*"
  else
    "$@" </dev/null
  fi
}

read_options() {
  PACKAGE='' TOKEN='' HOST='' LABEL='' DOCKER=yes DRY=no
  while [ $# -gt 0 ]; do
    case $1 in
      --package | --join | --host | --label)
        [ $# -ge 2 ] || die "$1 needs something behind it."
        case $1 in
          --package) PACKAGE=$2 ;;
          --join) TOKEN=$2 ;;
          --host) HOST=$2 ;;
          --label) LABEL=$2 ;;
        esac
        shift 2
        ;;
      --no-docker) DOCKER=no && shift ;;
      --dry-run) DRY=yes && shift ;;
      --help | -h) usage && exit 0 ;;
      --) break ;;
      *) die "\"$1\" is no option of this. sh join.sh --help tells which there are." ;;
    esac
  done
  [ -n "$PACKAGE" ] || die "--package is missing: the file or address of the package."
  [ -n "$HOST" ] || die "--host is missing: the name or address by which members reach this server."
}

# What can be known before anything is changed.
look_at_the_machine() {
  say "Looking at this server"
  command -v apt-get >/dev/null ||
    die "this line is for Debian, and there is no apt-get here. docs/HUB-HOSTS.md says what to install by hand."
  [ "$(id -u)" = 0 ] || die "it needs root. Say the line again as root (sudo -i)."
  [ -d /run/systemd/system ] || die "systemd does not run here. docs/HUB-HOSTS.md says how to run a hub without it."
  case $(dpkg --print-architecture) in
    amd64 | arm64) ;;
    *) die "its processor is $(dpkg --print-architecture), and pubs run on amd64 and arm64." ;;
  esac
  for place in /usr /var; do
    free=$(df -Pk "$place" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge "$ROOM_KB" ] ||
      die "there are $((free / 1000)) MB free at $place, and $((ROOM_KB / 1000)) MB are needed. Make room and say the line again."
  done
  case $PACKAGE in
    */*.tgz) case $PACKAGE in http*) ;; *) [ -f "$PACKAGE" ] || die "there is no file $PACKAGE." ;; esac ;;
  esac
  if [ -z "$TOKEN" ] && [ ! -f "$FOLDER/hub.json" ]; then
    die "--join is missing. Ask the operator for a token: buttcloud admin hub-token."
  fi
}

# With --host auto: the address that a cloud gave this machine, or says that it has, or one of its own that is public.
find_host() {
  [ "$HOST" = auto ] || return 0
  HOST=$(address_told || address_own || address_asked) ||
    die "it has no public address that it can find. Say by --host by which name or address members reach it."
  say "Members reach this server by $HOST"
}
is_address() {
  case $1 in
    '' | *[!0-9A-Fa-f.:]*) return 1 ;;
    *.* | *:*) ;;
    *) return 1 ;;
  esac
}
# RFC 1918, RFC 6598 and those of one link: nobody outside gets there.
is_private() {
  case $1 in
    10.* | 192.168.* | 127.* | 169.254.* | 172.1[6-9].* | 172.2[0-9].* | 172.3[01].*) return 0 ;;
    100.6[4-9].* | 100.[7-9][0-9].* | 100.1[01][0-9].* | 100.12[0-7].*) return 0 ;;
    *) return 1 ;;
  esac
}
# What whoever made this machine told it; cloud-init keeps that.
address_told() {
  for file in /run/cloud-init/instance-data-sensitive.json /run/cloud-init/instance-data.json; do
    [ -r "$file" ] || continue
    found=$(sed -n 's/.*"buttcloud-address": *"\([^"]*\)".*/\1/p' "$file")
    found=${found%%
*}
    if is_address "$found"; then printf '%s\n' "$found" && return; fi
  done
  return 1
}
address_own() {
  # Nothing is sent: that is the address from which this machine would speak to others.
  found=$(ip -4 route get 192.0.2.1 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p')
  is_address "$found" && ! is_private "$found" && printf '%s\n' "$found"
}
# Behind a floating address a machine sees only its private one; clouds tell the other one at this place.
address_asked() {
  found=$(curl -fs --max-time 5 http://169.254.169.254/latest/meta-data/public-ipv4 </dev/null 2>/dev/null) || return 1
  is_address "$found" && ! is_private "$found" && printf '%s\n' "$found"
}

apt() {
  run apt-get "$@" || die "apt-get $1 failed; what it said stands above. Look at the network and at /etc/apt, and say the line again."
}

# Whether a Node that is new enough stands where a service may read it.
node_is_good() {
  command -v node >/dev/null && command -v npm >/dev/null || return 1
  case $(readlink -f "$(command -v node)") in
    /root/* | /home/*) return 1 ;;
  esac
  dpkg --compare-versions "$(node -p process.versions.node)" ge "$NODE_LEAST"
}

install_node() {
  if node_is_good; then
    say "Node is here: $(node --version)"
    return
  fi
  offered=$(apt-cache policy nodejs | awk '$1 == "Candidate:" { print $2 }')
  # Where the repository was added before, what apt offers is from there.
  if [ ! -f "$NODE_SOURCES" ] && [ -n "$offered" ] && dpkg --compare-versions "${offered#*:}" ge "$NODE_LEAST"; then
    say "Installing Debian's Node and npm"
    apt install -yq --no-install-recommends nodejs npm
  else
    say "Installing Node from $NODE_REPOSITORY (this Debian has ${offered:-none})"
    apt install -yq --no-install-recommends gpg
    add_node_repository
    apt update -q
    apt install -yq --no-install-recommends nodejs
  fi
  [ "$DRY" = yes ] || node_is_good ||
    die "the Node in $(command -v node || echo 'the search path') is $(node --version 2>/dev/null || echo missing) afterwards, and $NODE_LEAST is needed, with npm. Remove it and say the line again."
}

add_node_repository() {
  keyring=/etc/apt/keyrings/buttcloud-node.gpg
  if [ "$DRY" = yes ]; then
    printf '    %s\n' "$keyring: the key $NODE_FINGERPRINT from $NODE_KEY_URL" \
      "$NODE_SOURCES, for the package nodejs alone"
    return
  fi
  mkdir -p /etc/apt/keyrings
  curl -fsSL "$NODE_KEY_URL" -o "$WORK/node.asc" </dev/null ||
    die "the key of Node's repository could not be fetched from $NODE_KEY_URL. Look at the network, or install Node $NODE_LEAST or newer yourself, and say the line again."
  found=$(gpg --homedir "$WORK" --batch --quiet --show-keys --with-colons "$WORK/node.asc" | awk -F: '$1 == "fpr" { print $10; exit }')
  [ "$found" = "$NODE_FINGERPRINT" ] ||
    die "the key at $NODE_KEY_URL is $found and not $NODE_FINGERPRINT. Nothing was taken from there. Install Node $NODE_LEAST or newer yourself, and say the line again."
  gpg --homedir "$WORK" --batch --quiet --yes --dearmor -o "$keyring" "$WORK/node.asc"
  cat >"$NODE_SOURCES" <<TEXT
Types: deb
URIs: $NODE_REPOSITORY
Suites: nodistro
Components: main
Signed-By: $keyring
TEXT
  host=${NODE_REPOSITORY#*://}
  host=${host%%/*}
  cat >/etc/apt/preferences.d/buttcloud-node <<TEXT
Explanation: nothing but Node comes from there.
Package: *
Pin: origin "${host%%:*}"
Pin-Priority: -1

Package: nodejs
Pin: origin "${host%%:*}"
Pin-Priority: 600
TEXT
}

install_docker() {
  if [ "$DOCKER" = no ]; then
    say "No Docker, as was wished: pubs run as processes"
    return
  fi
  if command -v docker >/dev/null && docker version >/dev/null 2>&1; then
    say "Docker is here and answers"
    return
  fi
  if ! command -v docker >/dev/null; then
    say "Installing Docker"
    apt install -yq --no-install-recommends docker.io iptables
    # In later Debians the program that speaks to Docker is a package of its own.
    [ "$DRY" = yes ] || command -v docker >/dev/null || apt install -yq --no-install-recommends docker-cli
  fi
  run systemctl enable --quiet --now docker.service || true
  [ "$DRY" = yes ] && return
  waited=0
  until docker version >/dev/null 2>&1; do
    waited=$((waited + 1))
    [ "$waited" -le 30 ] ||
      die "Docker was installed and does not answer. journalctl -u docker says why; mend it and say the line again, or say --no-docker."
    sleep 1
  done
}

install_package() {
  say "Installing the package"
  run npm install --global --ignore-scripts --no-audit --no-fund --no-update-notifier --fetch-retries=2 --fetch-timeout=60000 "$PACKAGE" ||
    die "npm could not install $PACKAGE; what it said stands above."
  [ "$DOCKER" = yes ] || return 0
  say "Building the image of pubs"
  if [ "$DRY" = yes ]; then
    printf '    %s\n' "node …/buttcloud/dist/pub-image/build-image.js"
    return
  fi
  node "$(npm root --global)/buttcloud/dist/pub-image/build-image.js" </dev/null ||
    die "the image of pubs could not be built; what Docker said stands above."
}

start_hub() {
  say "Starting the hub"
  was=$(systemctl is-active "$UNIT" 2>/dev/null || true)
  since=$(date +%s)
  # Never "auto": a Docker that is late one day is no reason to run pubs as processes.
  engine=process
  [ "$DOCKER" = no ] || engine=docker
  [ "${1:-}" = -- ] && shift
  [ -z "$LABEL" ] || set -- --label "$LABEL" "$@"
  set -- install hub ${TOKEN:+--join "$TOKEN"} -- --host "$HOST" --engine "$engine" "$@"
  if [ "$DRY" = yes ]; then
    printf '    %s\n' "buttcloud install hub … -- --host $HOST --engine $engine"
    return
  fi
  buttcloud "$@" </dev/null || die "the service could not be set up; the reason stands above."
  # The package may be another one than the service began with.
  [ "$was" != active ] || systemctl restart "$UNIT"
  waited=0
  until journalctl --quiet --unit "$UNIT" --since "@$since" --output cat | grep -q 'the hub is running'; do
    waited=$((waited + 1))
    if [ "$waited" -gt "$RUNS_SECONDS" ]; then
      journalctl --quiet --unit "$UNIT" --since "@$since" --output cat --lines 5 >&2
      die "it was started and has not joined within $RUNS_SECONDS seconds; the last lines of its log stand above. Mend that; it tries on by itself. All of the log: journalctl -u $UNIT"
    fi
    sleep 1
  done
  say "This server is a hub, and will be one after every start of the machine."
  say "Open the ports of pubs to the world (8100 to 9999, unless the operator says otherwise). Log: journalctl -u $UNIT"
}

main() {
  read_options "$@"
  while [ $# -gt 0 ] && [ "$1" != -- ]; do shift; done
  look_at_the_machine
  WORK=$(mktemp -d)
  chmod 700 "$WORK"
  trap 'rm -rf "$WORK"' EXIT
  say "Fetching the lists of packages"
  apt update -q
  apt install -yq --no-install-recommends ca-certificates curl
  find_host
  install_node
  install_docker
  install_package
  start_hub "$@"
}

# Called in the last line, so that half of this file does nothing.
main "$@"
