{{/* The name of every object. */}}
{{- define "registry.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* What pods are found by; it never changes within a release. */}}
{{- define "registry.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "registry.labels" -}}
{{ include "registry.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "registry.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "registry.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end }}

{{- define "registry.image" -}}
{{- $repository := required "image.repository: where is the image that docs/deploy/Containerfile builds?" .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end }}

{{- define "registry.secretName" -}}
{{- default (include "registry.fullname" .) .Values.secrets.existingSecret -}}
{{- end }}

{{/* An address with a port; one of IPv6 stands in brackets. */}}
{{- define "registry.address" -}}
{{- if contains ":" .host -}}[{{ .host }}]:{{ .port }}{{- else -}}{{ .host }}:{{ .port }}{{- end -}}
{{- end }}

{{/* The file of the registry: what `config` says, with what the chart knows above it. */}}
{{- define "registry.config" -}}
{{- if not .Values.allowEveryone -}}
{{- fail "allowEveryone: whoever reaches the service may pull, push and delete, because there is no authentication; set it to true if that is what you want" -}}
{{- end -}}
{{- $config := deepCopy .Values.config -}}
{{- $keys := .Values.secrets.keys -}}
{{- $storage := default dict $config.storage -}}
{{- $http := dict
  "listen" (include "registry.address" (dict "host" .Values.bindAddress "port" 5000))
  "admin" (include "registry.address" (dict "host" .Values.bindAddress "port" 5001))
  "allow_everyone" true
  "drain" (printf "%vs" .Values.drainSeconds) -}}
{{- $_ := set $config "http" (mergeOverwrite (default dict $config.http) $http) -}}
{{- if eq (default "" $storage.metadata) "postgres" -}}
{{- $_ := required "config.postgres.url: where is the database?" $config.postgres.url -}}
{{- if $keys.postgresPassword -}}
{{- $_ := set $config.postgres "password_file" (printf "/run/secrets/registry/%s" $keys.postgresPassword) -}}
{{- end -}}
{{- else -}}
{{- fail "config.storage.metadata: only \"postgres\" can be shared by several replicas" -}}
{{- end -}}
{{- if eq (default "" $storage.blobs) "s3" -}}
{{- $_ := required "config.s3.bucket: which bucket?" $config.s3.bucket -}}
{{- if $keys.s3AccessKey -}}
{{- $_ := set $config.s3 "access_key_file" (printf "/run/secrets/registry/%s" $keys.s3AccessKey) -}}
{{- end -}}
{{- if $keys.s3SecretKey -}}
{{- $_ := set $config.s3 "secret_key_file" (printf "/run/secrets/registry/%s" $keys.s3SecretKey) -}}
{{- end -}}
{{- else -}}
{{- /* Another kind of bucket is told of in `config`; this one would only be in the way. */ -}}
{{- $_ := unset $config "s3" -}}
{{- if has (default "fs" $storage.blobs) (list "fs" "memory") -}}
{{- fail "config.storage.blobs: what lies in files or in memory cannot be shared by several replicas" -}}
{{- end -}}
{{- end -}}
{{- toYaml $config -}}
{{- end }}
