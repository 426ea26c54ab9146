#!/usr/bin/env bash
# Three replicas, one started by the variables of the compose file, one by the ConfigMap of the manifests, one by that of the
# chart, on one PostgreSQL and one bucket, behind the balancer of the compose file. Only addresses, ports and the folder of
# secrets are put in. One of them is told to end under load.
. "$(dirname "$0")/../lib.sh"
ci_begin
cd "$CI_TMP" || exit 2
chmod 711 "$CI_TMP"
: "${REGISTRY_BIN:=$CI_TARGET/release/registry}"
DEPLOY=$CI_ROOT/docs/deploy
POSTGRES=$(free_port) S3=$(free_port) NAMES=$(free_port) FRONT=$(free_port) REPLICA=$(free_port) ADMIN=$(free_port)
HOST=127.0.0.1:$FRONT
ADDRESSES=(127.0.0.11 127.0.0.12 127.0.0.13)
export HOME=$CI_TMP/home DOCKER_CONFIG=$CI_TMP/home/.docker
mkdir -p "$DOCKER_CONFIG" secrets objects/registry

ask() { "$CI_PYTHON" "$CI_ROOT/.ci/deploy/yaml_files.py" "$@"; }

make_secrets() {
  local name
  for name in postgres-password s3-access-key s3-secret-key; do openssl rand -hex 16 >"secrets/$name"; done
}

cluster() {
  local bin
  bin=$(dirname "$(dpkg -L postgresql-15 | grep 'bin/initdb$')")
  install -m 644 secrets/postgres-password superuser
  install -d -o postgres postgres
  runuser -u postgres -- "$bin/initdb" -D "$CI_TMP/postgres/data" -A scram-sha-256 --pwfile="$CI_TMP/superuser" -U registry -N -E UTF8 --locale=C
  echo "$bin/postgres" >postgres.program
}

# Starts the database; its id is in DATABASE. The process is the database itself, which a signal reaches.
database() {
  spawn postgres.log setpriv --reuid postgres --regid postgres --clear-groups "$(cat postgres.program)" -D "$CI_TMP/postgres/data" -p "$POSTGRES" \
    -k "$CI_TMP/postgres" -c listen_addresses=127.0.0.1
  DATABASE=$SPAWNED
}

# At once, whoever is connected.
end_database() {
  kill -INT "$DATABASE"
  stop "$DATABASE"
}

database_answers() { PGPASSWORD=$(cat superuser) psql -h 127.0.0.1 -p "$POSTGRES" -U registry -d postgres -c 'CREATE DATABASE registry'; }

# The same text for each file: where a replica is told that its stores are.
localised() {
  sed -e "s#/run/secrets/registry/#$CI_TMP/secrets/#; s#/run/secrets/#$CI_TMP/secrets/#" \
    -e "s#registry@postgres[.a-z]*/#registry@127.0.0.1:$POSTGRES/#; s#http://s3:7070#http://127.0.0.1:$S3#"
}

settings() {
  # Above what the files say: whose port it is, and whose bucket.
  ask environment "$DEPLOY/compose/compose.yaml" registry | localised | grep -Ev 'HTTP_(LISTEN|ADMIN)' >compose.env
  ask configuration "$DEPLOY/kubernetes/configmap.yaml" | localised >kubernetes.toml
  helm template registry "$DEPLOY/helm/registry" --kube-version 1.30.0 --values "$DEPLOY/helm/registry/ci/plain.yaml" >chart.yaml
  ask configuration chart.yaml | localised >chart.configuration.yaml
  grep -h -F "127.0.0.1:$POSTGRES" compose.env kubernetes.toml chart.configuration.yaml | wc -l | grep -x 3
}

# on INDEX COMMAND: becomes the registry with the settings of that replica.
on() {
  local own=("REGISTRY_HTTP_LISTEN=${ADDRESSES[$1]}:$REPLICA" "REGISTRY_HTTP_ADMIN=${ADDRESSES[$1]}:$ADMIN") settings
  local bucket=("REGISTRY_S3_ENDPOINT=http://127.0.0.1:$S3" REGISTRY_S3_REGION=us-east-1)
  mapfile -t settings <compose.env
  case $1 in
  0) exec env -u REGISTRY_BIN "${own[@]}" "${settings[@]}" "$REGISTRY_BIN" "$2" ;;
  1) exec env -u REGISTRY_BIN "${own[@]}" "${bucket[@]}" "$REGISTRY_BIN" "$2" --config kubernetes.toml ;;
  2) exec env -u REGISTRY_BIN "${own[@]}" "${bucket[@]}" "$REGISTRY_BIN" "$2" --config chart.configuration.yaml ;;
  esac
}

# replica INDEX: starts one; its id is in SPAWNED.
replica() { spawn "replica.$1.log" on "$1" serve; }

balancer() {
  sed -e "s/bind :5000/bind 127.0.0.1:$FRONT/; s/check port 5001/check port $ADMIN/; s/registry:5000/registry:$REPLICA/" \
    -e "s/parse-resolv-conf/nameserver ci 127.0.0.1:$NAMES/" "$DEPLOY/compose/haproxy.cfg" >haproxy.cfg
  refuse grep -E ':500[01]|parse-resolv' haproxy.cfg
  haproxy -c -f haproxy.cfg
}

# Every probe of the manifests is answered by each replica.
probes() {
  local path address
  ask probes "$DEPLOY/kubernetes/deployment.yaml" >probes
  while read -r path _; do
    for address in "${ADDRESSES[@]}"; do curl -fsS "http://$address:$ADMIN$path"; done
  done <probes
  [ "$(wc -l <probes)" -eq 3 ]
}

image() {
  mkdir files
  head -c 33554432 /dev/urandom >files/random
  tar -C files -cf layer.tar .
  crane append --insecure --oci-empty-base -f layer.tar -t "$HOST/team/app:v1"
  crane export --insecure "$HOST/team/app:v1" - | tar -xO --wildcards '*random' | cmp - files/random
}

# served ADDRESS: how many requests that replica has answered.
served() {
  curl -fsS "http://$1:$ADMIN/metrics" | awk '/^registry_http_requests_total\{handler="manifest"/ { n += $2 } END { print n + 0 }'
}

# ask_often TIMES: as many connections, one request on each; none of them may fail.
ask_often() {
  local i
  for ((i = 0; i < $1; i++)); do curl -fsS --max-time 20 -o answer "http://$HOST/v2/team/app/manifests/v1" || return 1; done
}

everybody_serves() {
  local address before
  for address in "${ADDRESSES[@]}"; do
    before=$(served "$address")
    ask_often 12
    [ "$(served "$address")" -gt "$before" ]
  done
}

nobody_is_ready() {
  local address
  for address in "${ADDRESSES[@]}"; do
    same status 503 "$(curl -s -o answer -w '%{http_code}' "http://$address:$ADMIN/readyz")" || return 1
  done
}

# Clients are told in their own words, and when to come back.
tells_clients() {
  curl -s --max-time 20 -D heads -o answer "http://$HOST/v2/team/app/manifests/v1"
  cat heads answer
  head -n 1 heads | grep -F ' 503 '
  grep -i '^retry-after: [0-9]' heads
  jq -e '.errors[0].code == "UNAVAILABLE"' answer
}

section "replicas by the deployment files"
check "replicas: secrets" make_secrets
check "replicas: a cluster of PostgreSQL with a password" cluster
database
check "replicas: the database answers" within 20 database_answers || cat postgres.log
spawn s3.log env "ROOT_ACCESS_KEY=$(cat secrets/s3-access-key)" "ROOT_SECRET_KEY=$(cat secrets/s3-secret-key)" \
  "$CI_BIN/versitygw" -q --port "127.0.0.1:$S3" --health /health posix "$CI_TMP/objects"
check "replicas: S3 answers as the compose file asks it" within 20 curl -fsS "http://127.0.0.1:$S3/health"
check "replicas: what the files say, with our addresses" settings
for index in 0 1 2; do check "replicas: \`registry check\` has nothing against number $index" on "$index" check; done
PIDS=()
for index in 0 1 2; do
  replica "$index"
  PIDS+=("$SPAWNED")
done
for index in 0 1 2; do
  check "replicas: number $index is ready" within 30 curl -fsS "http://${ADDRESSES[$index]}:$ADMIN/readyz" || tail -n 20 "replica.$index.log"
done
check "replicas: probes" probes
echo "${ADDRESSES[*]:0:2}" >addresses
spawn names.log python3 "$CI_ROOT/.ci/deploy/names.py" 127.0.0.1 "$NAMES" addresses
check "balancer: its file, with our addresses" balancer
spawn haproxy.log haproxy -db -f haproxy.cfg
check "balancer: finds replicas by name" within 20 curl -fsS "http://$HOST/v2/" || cat haproxy.log
check "replicas: an image of 32 MiB is pushed and pulled through the balancer" image
check "balancer: the third, whose address the name does not have yet, has nothing to do" same served 0 "$(served "${ADDRESSES[2]}")"
echo "${ADDRESSES[*]}" >addresses
check "balancer: it is found when the name has it, and each of them serves" within 30 everybody_serves

# One leaves as everybody goes on asking: nobody notices. It comes back under the same address and is asked again.
spawn load.log bash -c "$(declare -f ask_often); HOST=$HOST; ask_often 300 && echo went well"
load=$SPAWNED
sleep 0.5
stop "${PIDS[1]}"
check "replicas: one that is told to end does so with code 0" same "exit code" 0 "$?"
wait "$load"
check "replicas: 300 requests while one leaves, none fails" grep -x 'went well' load.log
replica 1
check "replicas: it comes back" within 30 curl -fsS "http://${ADDRESSES[1]}:$ADMIN/readyz"
check "replicas: and is asked again" within 20 everybody_serves

# The database goes away and comes back.
end_database
check "replicas: without the database nobody is ready" within 30 nobody_is_ready
check "replicas: clients are told so through the balancer" within 10 tells_clients
database
check "replicas: with the database everybody serves, and nobody did anything" within 30 everybody_serves
check "replicas: no panic in a log" refuse grep -i panicked replica.0.log replica.1.log replica.2.log
end_database
ci_finish
