#!/usr/bin/env bash
# The book's nginx configuration, with its port, name and files put in, between real clients and a registry.
. "$(dirname "$0")/../lib.sh"
ci_begin
cd "$CI_TMP" || exit 2
export HOME=$CI_TMP/home DOCKER_CONFIG=$CI_TMP/home/.docker REGISTRY_AUTH_FILE=$CI_TMP/home/auth.json
mkdir -p "$DOCKER_CONFIG" nginx/ssl seen
BACK=$(free_port) FRONT=$(free_port)
HOST=127.0.0.1:$FRONT

certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 \
    -addext subjectAltName=IP:127.0.0.1 -keyout nginx/ssl/privkey.pem -out nginx/ssl/fullchain.pem
  cp nginx/ssl/fullchain.pem seen/ca.crt
  printf 'robot:%s\n' "$(openssl passwd -apr1 secret)" >nginx/registry.htpasswd
}

configuration() {
  sed -e "s/127.0.0.1:5000/127.0.0.1:$BACK/; s/listen 443/listen 127.0.0.1:$FRONT/" \
    -e "s/registry\.example/127.0.0.1/; s#/etc/ssl/registry/#$CI_TMP/nginx/ssl/#" \
    -e "s#/etc/nginx/#$CI_TMP/nginx/#" "$CI_ROOT/docs/deploy/nginx.conf" >nginx/site.conf
  refuse grep -E '/etc/|:5000|listen 443|example' nginx/site.conf
  mkdir -p nginx/temp
  {
    printf 'daemon off;\npid %s/nginx/pid;\nerror_log %s/nginx/error.log;\n' "$CI_TMP" "$CI_TMP"
    [ "$(id -u)" != 0 ] || echo 'user root;'
    printf 'events {}\nhttp {\naccess_log %s/nginx/access.log;\n' "$CI_TMP"
    for kind in client_body proxy fastcgi uwsgi scgi; do printf '%s_temp_path %s/nginx/temp/%s;\n' "$kind" "$CI_TMP" "$kind"; done
    printf 'include %s/nginx/site.conf;\n}\n' "$CI_TMP"
  } >nginx/nginx.conf
  nginx -t -p "$CI_TMP/nginx" -c "$CI_TMP/nginx/nginx.conf"
}

strangers() {
  same status 401 "$(curl -sS --cacert seen/ca.crt -o /dev/null -w '%{http_code}' "https://$HOST/v2/")"
  same status 200 "$(curl -sS --cacert seen/ca.crt -u robot:secret -o /dev/null -w '%{http_code}' "https://$HOST/v2/")"
  same status 404 "$(curl -sS --cacert seen/ca.crt -o /dev/null -w '%{http_code}' "https://$HOST/")"
}

# An OCI image of one layer of 64 MiB, larger than any buffer on the way.
image() {
  mkdir files
  head -c 67108864 /dev/urandom >files/random
  tar -C files -cf layer.tar .
  crane auth login "$HOST" -u robot -p secret
  SSL_CERT_FILE=seen/ca.crt crane append --oci-empty-base -f layer.tar -t "$HOST/team/app:v1"
}

crane_pulls() {
  SSL_CERT_FILE=seen/ca.crt crane export "$HOST/team/app:v1" - | tar -xO --wildcards '*random' | cmp - files/random
}

skopeo_copies() {
  skopeo copy --src-cert-dir seen --dest-cert-dir seen --src-creds robot:secret --dest-creds robot:secret \
    "docker://$HOST/team/app:v1" "docker://$HOST/team/copy:v1"
  skopeo copy --src-cert-dir seen --src-creds robot:secret "docker://$HOST/team/copy:v1" oci:pulled:v1
  same digest "$(SSL_CERT_FILE=seen/ca.crt crane digest "$HOST/team/app:v1")" \
    "$(python3 -c 'import json; print(json.load(open("pulled/index.json"))["manifests"][0]["digest"])')"
}

podman_pulls() {
  printf '[storage]\ndriver = "overlay"\ngraphroot = "%s/p"\nrunroot = "%s/p.run"\n' "$CI_TMP" "$CI_TMP" >storage.conf
  export CONTAINERS_STORAGE_CONF=$CI_TMP/storage.conf
  podman --tmpdir "$CI_TMP/pod" login --cert-dir seen -u robot -p secret "$HOST"
  podman --tmpdir "$CI_TMP/pod" pull --cert-dir seen "$HOST/team/app:v1"
  podman --tmpdir "$CI_TMP/pod" push --cert-dir seen "$HOST/team/app:v1" "$HOST/team/podman:v1"
  SSL_CERT_FILE=seen/ca.crt crane validate --remote "$HOST/team/podman:v1"
}

# A chunked upload follows the Location of each answer, which must lead back to nginx.
locations_stay() {
  local location
  location=$(curl -fsS --cacert seen/ca.crt -u robot:secret -X POST -D - -o /dev/null "https://$HOST/v2/team/app/blobs/uploads/" |
    tr -d '\r' | sed -n 's/^location: //Ip')
  case $location in /v2/*) ;; *) echo "not relative: $location" >&2; return 1 ;; esac
  curl -fsS --cacert seen/ca.crt -u robot:secret "https://$HOST$location" -o /dev/null
}

nothing_gathered() { refuse grep -i 'buffered to a temporary file' nginx/error.log; }

check "tls: a certificate and a file of passwords" certificate
check "tls: nginx accepts the book's configuration" configuration || ci_finish
start_registry "$BACK" "$CI_TMP/data" "$CI_TMP/registry.log"
check "tls: the registry starts" same "exit code" 0 "$?" || ci_finish
spawn nginx/out.log nginx -p "$CI_TMP/nginx" -c "$CI_TMP/nginx/nginx.conf"
check "tls: nginx answers" within 10 curl -sS --cacert seen/ca.crt -o /dev/null "https://$HOST/v2/"
check "tls: strangers are refused, others are let in" strangers
check "tls: crane pushes 64 MiB through nginx" image
check "tls: crane pulls the same bytes" crane_pulls
check "tls: skopeo copies through nginx with an equal digest" skopeo_copies
check "tls: podman logs in, pulls and pushes through nginx" podman_pulls
check "tls: locations lead back to where the client came in" locations_stay
check "tls: nginx gathered no body on its disk" nothing_gathered
ci_finish
