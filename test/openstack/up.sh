#!/bin/sh
# The machines' contract against real Keystone, Nova, Neutron, Glance and Placement, from Debian 12's packages, with Nova's fake
# hypervisor: servers become ACTIVE and run nothing. Everything is in one folder, and in namespaces of its own: nothing is
# installed on this machine, no port of it is taken, and when this ends all of it ends. As root, after `npm run build`:
#
#   sh test/openstack/up.sh /var/cache/buttcloud-openstack
#
# The first time debootstrap and apt fill the folder (1.5 GB fetched and unpacked) and the tables are made; after that it starts what is there. With a
# second argument, a command, that is run inside instead of the contract, with the rc file in $OPENSTACK_RC.
set -eu
FOLDER=${1:?the folder in which the cloud lives}
COMMAND=${2:-}
HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
BUILT=$HERE/../../dist/test/openstack
ROOT=$FOLDER/root
MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org}
PACKAGES='keystone nova-api nova-conductor nova-scheduler nova-compute placement-api glance-api neutron-server rabbitmq-server mariadb-server uwsgi-plugin-python3'

die() {
  printf '%s\n' "$*" >&2
  exit 1
}
[ "$(id -u)" = 0 ] || die "This needs root: it makes namespaces and a root folder."
[ -f "$BUILT/prepare.js" ] || die "Say npm run build first."
command -v debootstrap >/dev/null || die "debootstrap is missing: apt-get install debootstrap"
mkdir -p "$FOLDER"

if [ ! -f "$FOLDER/installed" ]; then
  echo "Installing (once; minutes)"
  [ -d "$ROOT/usr/bin" ] || debootstrap --variant=minbase --include=ca-certificates,netbase,iproute2,procps,curl \
    bookworm "$ROOT" "$MIRROR/debian" >"$FOLDER/debootstrap.log"
  cp /etc/resolv.conf "$ROOT/etc/resolv.conf"
  echo "deb $MIRROR/debian-security bookworm-security main" >"$ROOT/etc/apt/sources.list.d/security.list"
  # Nothing is started by being installed.
  printf '#!/bin/sh\nexit 101\n' >"$ROOT/usr/sbin/policy-rc.d"
  chmod +x "$ROOT/usr/sbin/policy-rc.d"
  # shellcheck disable=SC2086
  unshare --mount --pid --fork --kill-child sh -eu -c '
    mount -t proc proc "$1/proc"
    chroot "$1" apt-get update -q
    shift_root=$1
    shift
    DEBIAN_FRONTEND=noninteractive chroot "$shift_root" apt-get install -yq --no-install-recommends -o Dpkg::Options::=--force-unsafe-io "$@"
  ' install "$ROOT" $PACKAGES >"$FOLDER/install.log" 2>&1 || die "It could not be installed: see $FOLDER/install.log"
  touch "$FOLDER/installed"
fi

cp "$HERE/inside.sh" "$ROOT/inside.sh"
rm -f "$FOLDER/pid"
unshare --net --mount --pid --fork --kill-child sh -eu -c '
  mount --rbind /dev "$1/dev"
  mount -t tmpfs none "$1/run"
  exec chroot "$1" bash /inside.sh
' cloud "$ROOT" >"$FOLDER/cloud.log" 2>&1 &
CLOUD=$!
# Its end is the end of all that runs in there.
trap 'kill -9 "$CLOUD" 2>/dev/null || true' EXIT INT TERM
waited=0
until grep -q 'All services answer' "$FOLDER/cloud.log"; do
  waited=$((waited + 1))
  [ "$waited" -lt 900 ] && kill -0 "$CLOUD" 2>/dev/null || die "The services did not come up: $FOLDER/cloud.log, $ROOT/var/log/stack"
  sleep 1
done
INIT=$(pgrep -P "$CLOUD")
inside() { nsenter -t "$INIT" -n "$@"; }
(umask 077 && inside node "$BUILT/prepare.js" >"$FOLDER/rc")
if [ -n "$COMMAND" ]; then
  inside env OPENSTACK_RC="$FOLDER/rc" sh -c "$COMMAND"
else
  inside node --no-deprecation "$BUILT/contract.js" "$FOLDER/rc"
fi
