#!/bin/bash
# Runs inside the folder that up.sh made, in network and process namespaces of its own: sets the services up where that
# is still to be done, starts them, and waits. It ends with whoever started it, and everything that it started with it.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
ip link set lo up
mount -t proc proc /proc
mkdir -p /run/mysqld /run/lock /var/log/stack
chown mysql /run/mysqld

say() { printf '%s %s\n' "$(date +%T)" "$*"; }
# Waits until a command works; says what was awaited where it never does.
await() {
  what=$1
  shift
  for _ in $(seq 600); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.2
  done
  say "$what did not come up: look into /var/log/stack" >&2
  exit 1
}
answers() { curl -sf -o /dev/null -m 2 "http://127.0.0.1:$1/" || [ $? = 22 ]; }
# A program in the background, with a log of its own.
start() {
  name=$1
  shift
  "$@" >>"/var/log/stack/$name.log" 2>&1 </dev/null &
}
# The same, again and again: some end where a service that they ask at their start is not there yet.
keep() { start "$1" sh -c 'while :; do "$@"; sleep 1; done' "$@"; }
wsgi() {
  start "$1" uwsgi --plugin python3 --http-socket "127.0.0.1:$2" --wsgi-file "$3" --processes 2 --threads 2 \
    --enable-threads --lazy-apps --buffer-size 65535 --add-header 'Connection: close' --die-on-term --master ${4:+--pyargv "$4"}
}

say "Starting MariaDB and RabbitMQ"
start mariadb mariadbd --user=mysql --bind-address=127.0.0.1 --innodb-flush-log-at-trx-commit=0 --max-connections=400
chown -R rabbitmq /var/lib/rabbitmq /var/log/rabbitmq
start rabbitmq su rabbitmq -s /bin/sh -c 'HOME=/var/lib/rabbitmq RABBITMQ_NODENAME=stack@localhost RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 rabbitmq-server'
await MariaDB mariadb -e 'select 1'

token_section() {
  printf '[keystone_authtoken]\nwww_authenticate_uri=%s\n' http://127.0.0.1:5000/v3
  service_login
}
service_login() {
  printf '%s\n' auth_url=http://127.0.0.1:5000/v3 auth_type=password username=admin password=admin \
    project_name=admin user_domain_id=default project_domain_id=default region_name=RegionOne
}

configure() {
  say "Writing the settings"
  for database in keystone glance nova nova_api nova_cell0 placement neutron; do
    mariadb -e "create database $database character set utf8; grant all on $database.* to stack@localhost identified by 'stack'; grant all on $database.* to stack@'127.0.0.1' identified by 'stack'"
  done
  db=mysql+pymysql://stack:stack@127.0.0.1
  printf '%s\n' '[database]' "connection=$db/keystone" '[token]' 'expiration=3600' >/etc/keystone/keystone.conf
  { printf '%s\n' '[DEFAULT]' 'workers=1' '[database]' "connection=$db/placement" '[placement_database]' "connection=$db/placement"; token_section; } >/etc/placement/placement.conf
  { printf '%s\n' '[DEFAULT]' 'enabled_backends=file:file' '[database]' "connection=$db/glance" '[glance_store]' \
    'default_backend=file' '[file]' 'filesystem_store_datadir=/var/lib/glance/images' '[paste_deploy]' 'flavor=keystone'
    token_section; } >/etc/glance/glance-api.conf
  { printf '%s\n' '[DEFAULT]' 'transport_url=rabbit://guest:guest@127.0.0.1' 'compute_driver=fake.FakeDriver' \
      'state_path=/var/lib/nova' 'my_ip=127.0.0.1' 'vif_plugging_is_fatal=false' 'vif_plugging_timeout=0' \
      '[api]' 'max_limit=2' '[api_database]' "connection=$db/nova_api" '[database]' "connection=$db/nova" \
      '[oslo_concurrency]' 'lock_path=/var/lib/nova/tmp' '[oslo_messaging_rabbit]' 'heartbeat_timeout_threshold=0' \
      '[scheduler]' 'workers=1' 'discover_hosts_in_cells_interval=3' '[conductor]' 'workers=1' '[quota]' 'instances=6' 'cores=100' \
      '[glance]' 'api_servers=http://127.0.0.1:9292' '[vnc]' 'enabled=false' '[placement]'
    service_login
    printf '[neutron]\nservice_metadata_proxy=false\n'
    service_login
    token_section; } >/etc/nova/nova.conf
  { printf '%s\n' '[DEFAULT]' 'core_plugin=ml2' 'service_plugins=router' 'transport_url=rabbit://guest:guest@127.0.0.1' \
      'state_path=/var/lib/neutron' 'api_workers=1' 'rpc_workers=0' 'pagination_max_limit=2' 'notify_nova_on_port_status_changes=false' 'notify_nova_on_port_data_changes=false' \
      '[database]' "connection=$db/neutron" '[oslo_messaging_rabbit]' 'heartbeat_timeout_threshold=0' '[oslo_concurrency]' 'lock_path=/var/lib/neutron/tmp' '[quotas]' 'quota_floatingip=4'
    token_section; } >/etc/neutron/neutron.conf
  mkdir -p /etc/neutron/plugins/ml2
  printf '%s\n' '[ml2]' 'type_drivers=flat,local' 'tenant_network_types=local' 'mechanism_drivers=everywhere' \
    'extension_drivers=port_security' '[ml2_type_flat]' 'flat_networks=*' >/etc/neutron/plugins/ml2/ml2_conf.ini
  # A mechanism that binds every port and plugs in nothing: there is no network to plug into.
  packages=/usr/lib/python3/dist-packages
  cat >$packages/stack_everywhere.py <<'PY'
from neutron_lib import constants
from neutron_lib.plugins.ml2 import api


class Everywhere(api.MechanismDriver):
    def initialize(self):
        pass

    def bind_port(self, context):
        for segment in context.segments_to_bind:
            context.set_binding(segment[api.ID], "other", {}, status=constants.PORT_STATUS_ACTIVE)
            return
PY
  mkdir -p $packages/stack_everywhere-1.dist-info
  printf '%s\n' 'Metadata-Version: 2.1' 'Name: stack-everywhere' 'Version: 1' >$packages/stack_everywhere-1.dist-info/METADATA
  printf '%s\n' '[neutron.ml2.mechanism_drivers]' 'everywhere = stack_everywhere:Everywhere' >$packages/stack_everywhere-1.dist-info/entry_points.txt
  mkdir -p /var/lib/nova/tmp /var/lib/neutron/tmp /var/lib/glance/images /var/lib/nova/instances

  say "Making the tables"
  keystone() {
    keystone-manage db_sync
    keystone-manage fernet_setup --keystone-user root --keystone-group root
    keystone-manage credential_setup --keystone-user root --keystone-group root
    keystone-manage bootstrap --bootstrap-password admin --bootstrap-region-id RegionOne \
      --bootstrap-public-url http://127.0.0.1:5000/v3 --bootstrap-internal-url http://127.0.0.1:5000/v3
  }
  nova() {
    nova-manage api_db sync
    nova-manage cell_v2 map_cell0 --database_connection $db/nova_cell0
    nova-manage cell_v2 create_cell --name one
    nova-manage db sync
  }
  pids=''
  for one in keystone nova 'placement-manage db sync' 'glance-manage db_sync' \
    'neutron-db-manage --config-file /etc/neutron/neutron.conf --config-file /etc/neutron/plugins/ml2/ml2_conf.ini upgrade head'; do
    $one >>"/var/log/stack/tables-${one%% *}.log" 2>&1 &
    pids="$pids $!"
  done
  for pid in $pids; do wait "$pid"; done
  touch /var/lib/stack-is-set-up
}
[ -f /var/lib/stack-is-set-up ] || configure

say "Starting the services"
wsgi keystone 5000 /usr/bin/keystone-wsgi-public
wsgi placement 8778 /usr/bin/placement-api
wsgi glance 9292 /usr/bin/glance-wsgi-api
wsgi nova-api 8774 /usr/bin/nova-api-wsgi
start neutron neutron-server --config-file /etc/neutron/neutron.conf --config-file /etc/neutron/plugins/ml2/ml2_conf.ini
await Keystone answers 5000
await RabbitMQ bash -c '</dev/tcp/127.0.0.1/5672'
keep nova-conductor nova-conductor
keep nova-scheduler nova-scheduler
for port in 8778 9292 8774 9696; do await "port $port" answers "$port"; done
keep nova-compute nova-compute --config-file /etc/nova/nova.conf
say "All services answer"
touch /run/stack-answers
wait
