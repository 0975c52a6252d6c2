{{- define "inferencekey.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "inferencekey.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "inferencekey.labels" -}}
{{ include "inferencekey.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 }}
{{- end -}}

{{- define "inferencekey.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "inferencekey.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "inferencekey.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "inferencekey.masterKeySecret" -}}
{{- if .Values.masterKey.secret.name -}}
{{- .Values.masterKey.secret.name -}}
{{- else if .Values.masterKey.create -}}
{{- printf "%s-master-key" (include "inferencekey.fullname" .) -}}
{{- else -}}
{{- fail "masterKey.secret.name is needed: a Secret with 64 hexadecimal digits under the key master-key (openssl rand -hex 32); or set masterKey.create" -}}
{{- end -}}
{{- end -}}

{{/* The store of a plane: a dict with url and secret. */}}
{{- define "inferencekey.store" -}}
{{- $own := dict -}}
{{- if eq .plane "gateway" -}}
{{- $own = .root.Values.gateway.store -}}
{{- end -}}
{{- if and $own $own.secret.name -}}
{{- toYaml (dict "url" (default .root.Values.store.url $own.url) "secret" $own.secret) -}}
{{- else if .root.Values.store.secret.name -}}
{{- toYaml .root.Values.store -}}
{{- else -}}
{{- fail "store.secret.name is needed: a Secret with the password of the database, or its whole address, under the key store" -}}
{{- end -}}
{{- end -}}

{{/* The configuration file of a plane. */}}
{{- define "inferencekey.config" -}}
{{- $plane := index .root.Values .plane -}}
{{- $store := include "inferencekey.store" . | fromYaml -}}
{{- $own := dict "role" .plane "host" .root.Values.listenAddress "port" 8080 "admin-host" .root.Values.listenAddress "admin-port" 9464 "data" "/var/lib/inferencekey/data" "engines" "off" "store-file" "/run/secrets/inferencekey/store" "master-key" "/run/secrets/inferencekey/master-key" -}}
{{- if $store.url -}}
{{- $_ := set $own "store" $store.url -}}
{{- end -}}
{{- if $plane.tls.secretName -}}
{{- $_ := set $own "tls-cert" "/run/secrets/tls/tls.crt" -}}
{{- $_ := set $own "tls-key" "/run/secrets/tls/tls.key" -}}
{{- end -}}
{{- if .root.Values.nodeTls.secretName -}}
{{- $_ := set $own "node-tls-cert" "/run/secrets/nodes/tls.crt" -}}
{{- $_ := set $own "node-tls-key" "/run/secrets/nodes/tls.key" -}}
{{- $_ := set $own "node-tls-ca" "/run/secrets/nodes/ca.crt" -}}
{{- end -}}
{{- $settings := mergeOverwrite (deepCopy .root.Values.config) (deepCopy $plane.config) $own -}}
{{- toYaml $settings -}}
{{- end -}}

{{/* Peers of a NetworkPolicy: those that are named, else pods of this namespace. */}}
{{- define "inferencekey.peers" -}}
{{- if . -}}
{{- toYaml . -}}
{{- else -}}
- podSelector: {}
{{- end -}}
{{- end -}}
