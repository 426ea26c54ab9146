#!/usr/bin/env bash
# The files as the programs see them that read them, and as the registry does.
. "$(dirname "$0")/../lib.sh"
ci_begin
cd "$CI_ROOT/docs/deploy" || exit 2
export SYSTEMD_COLORS=0 SYSTEMD_PAGER=cat
: "${REGISTRY_BIN:=$CI_TARGET/release/registry}"
OLDEST=1.30 NEWEST=1.37
CHART=helm/registry

ask() { "$CI_PYTHON" "$CI_ROOT/.ci/deploy/yaml_files.py" "$@"; }

secrets() {
  mkdir -p "$1"
  printf 'pass word\n' | tee "$1/postgres-password" >"$1/password"
  printf 'key\n' >"$1/s3-access-key"
  printf 'secret\n' >"$1/s3-secret-key"
  printf '{}\n' >"$1/service-account"
}

compose_is_understood() {
  cp -r compose "$CI_TMP/compose"
  secrets "$CI_TMP/compose/secrets"
  compose-check -format json "$CI_TMP/compose/compose.yaml" >"$CI_TMP/compose.json"
  same replicas 3 "$(jq .services.registry.deploy.replicas "$CI_TMP/compose.json")"
  ask compose compose/compose.yaml
  # What it names is there.
  jq -r '.services.registry.build.context' "$CI_TMP/compose.json" >"$CI_TMP/context"
  [ -e "$CI_ROOT/docs/deploy/Containerfile" ]
  same dockerfile docs/deploy/Containerfile "$(jq -r .services.registry.build.dockerfile "$CI_TMP/compose.json")"
}

compose_is_configuration() {
  secrets "$CI_TMP/secrets"
  ask environment compose/compose.yaml registry | sed "s#/run/secrets/#$CI_TMP/secrets/#" >"$CI_TMP/settings"
  xargs -d '\n' -a "$CI_TMP/settings" sh -c 'exec env -u REGISTRY_BIN "$@" "$0" config --show-effective' "$REGISTRY_BIN" \
    >"$CI_TMP/effective" 2>"$CI_TMP/effective.err"
  same complaints nothing "nothing$(cat "$CI_TMP/effective.err")"
  same "settings from variables" "$(wc -l <"$CI_TMP/settings")" "$(grep -c '# REGISTRY_' "$CI_TMP/effective")"
}

balancer_is_understood() { haproxy -c -f compose/haproxy.cfg; }

# understood FILE...: every object is one of Kubernetes', in the oldest version that we name and in the newest that is known.
understood() {
  local version
  for version in "$OLDEST" "$NEWEST"; do
    "$CI_PYTHON" -m kubernetes_validate --strict -k "$version" "$@" 2>&1 | tee "$CI_TMP/validated"
    refuse grep -Ev ' passed for resource |(PodMonitor|Kustomization) with api version' "$CI_TMP/validated"
  done
}

manifests_are_understood() {
  understood kubernetes/*.yaml
  # The checker can say no.
  sed 's/maxUnavailable: 0/maxUnavailable: {}/' kubernetes/deployment.yaml >"$CI_TMP/wrong.yaml"
  refuse understood "$CI_TMP/wrong.yaml"
  sed 's/readinessProbe/readynessProbe/' kubernetes/deployment.yaml >"$CI_TMP/wrong.yaml"
  refuse understood "$CI_TMP/wrong.yaml"
}

manifests() { printf 'kubernetes/%s.yaml\n' configmap deployment service poddisruptionbudget networkpolicy secret.example; }

# configured FILE FORM: the registry takes the file in the ConfigMap, with nothing to say about it.
configured() {
  ask configuration "$1" | sed "s#/run/secrets/registry/#$CI_TMP/secrets/#" >"$CI_TMP/registry.$2"
  env -u REGISTRY_BIN "$REGISTRY_BIN" config --show-effective --config "$CI_TMP/registry.$2" >"$CI_TMP/effective" 2>"$CI_TMP/effective.err"
  same complaints nothing "nothing$(cat "$CI_TMP/effective.err")"
  grep -F 'metadata = "postgres"' "$CI_TMP/effective"
}

manifests_fit() {
  local files
  mapfile -t files < <(manifests)
  ask safe "${files[@]}"
  secrets "$CI_TMP/secrets"
  configured kubernetes/configmap.yaml toml
  # The checker can say no.
  sed 's/terminationGracePeriodSeconds: 50/terminationGracePeriodSeconds: 30/' kubernetes/deployment.yaml >"$CI_TMP/wrong.yaml"
  refuse ask safe "${files[@]/kubernetes\/deployment.yaml/$CI_TMP/wrong.yaml}"
}

rendered() { helm template registry "$CHART" --namespace registry --kube-version "$OLDEST.0" "$@"; }

chart_is_in_order() {
  local values
  helm lint --strict "$CHART"
  for values in "$CHART"/ci/*.yaml; do helm lint --strict "$CHART" --values "$values"; done
  helm package "$CHART" --destination "$CI_TMP"
  tar -tzf "$CI_TMP"/registry-*.tgz | grep -F registry/values.schema.json
}

# renders NAME: what the chart makes of the values of that name.
renders() {
  rendered --values "$CHART/ci/$1.yaml" >"$CI_TMP/$1.yaml"
  understood "$CI_TMP/$1.yaml"
  ask safe "$CI_TMP/$1.yaml"
  secrets "$CI_TMP/secrets"
  configured "$CI_TMP/$1.yaml" yaml
}

# What is missing or wrong is told by its name, and nothing is rendered.
chart_refuses() {
  local what reason
  while IFS='|' read -r what reason; do
    # shellcheck disable=SC2086 # flags and their values
    refuse rendered --values "$CHART/ci/plain.yaml" $what >"$CI_TMP/refused" 2>&1
    grep -F -e "$reason" "$CI_TMP/refused"
  done <<'CASES'
--set image.repository=|image.repository
--set allowEveryone=false|allowEveryone
--set config.postgres.url=|config.postgres.url
--set config.s3.bucket=|config.s3.bucket
--set config.storage.blobs=fs|config.storage.blobs
--set config.storage.metadata=sqlite|config.storage.metadata
--set secrets.existingSecret=|secrets.values.postgresPassword
--set replica=3|replica
--set image.tags=1|tags
--set replicas=three|replicas
--set drainSeconds=0|drainSeconds
--set image.digest=latest|digest
CASES
}

chart_says_the_same() {
  rendered --values "$CHART/ci/plain.yaml" >"$CI_TMP/plain.yaml"
  ask same kubernetes/kustomization.yaml "$CI_TMP/plain.yaml"
  # The comparison can say no.
  rendered --values "$CHART/ci/plain.yaml" --set drainSeconds=31 >"$CI_TMP/other.yaml"
  refuse ask same kubernetes/kustomization.yaml "$CI_TMP/other.yaml"
}

unit_is_in_order() {
  sed "s#/usr/local/bin/registry#$REGISTRY_BIN#" registry@.service >"$CI_TMP/registry@5101.service"
  systemd-analyze verify "$CI_TMP/registry@5101.service" 2>&1 | tee "$CI_TMP/verify.log"
  [ ! -s "$CI_TMP/verify.log" ]
  systemd-analyze security --offline=true --threshold=15 "$CI_TMP/registry@5101.service"
  # Both units leave an attacker the same.
  diff <(sed -n '/^# What it does not need/,$p' registry.service) <(sed -n '/^# What it does not need/,$p' registry@.service)
}

check "compose: the file is understood, and every replica is like the others" compose_is_understood
check "compose: each variable is a setting" compose_is_configuration
check "compose: the balancer's file is understood" balancer_is_understood
check "kubernetes: the manifests are understood ($OLDEST and $NEWEST)" manifests_are_understood
check "kubernetes: times, names, ports, secrets and configuration fit" manifests_fit
check "helm: the chart is in order" chart_is_in_order
for values in "$CHART"/ci/*.yaml; do
  name=$(basename "$values" .yaml)
  check "helm: what it renders of $name.yaml is understood and fits" renders "$name"
done
check "helm: it refuses what cannot be meant" chart_refuses
check "helm: the chart says what the manifests say" chart_says_the_same
check "systemd: the unit for replicas" unit_is_in_order
ci_finish
