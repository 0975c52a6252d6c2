#!/bin/sh
# Unpacks the release archive, and puts its ik on the PATH of the steps that follow.
set -eu

fail() {
    printf '::error::%s\n' "$*"
    exit 1
}

place=${RUNNER_TEMP:?}/inferencekey
mkdir -p "$place"
curl --fail --silent --show-error --location --output "$place/ik.tar.gz" "$IK_ARCHIVE" ||
    fail "The archive $IK_ARCHIVE can't be loaded."
if [ -n "${IK_SHA256:-}" ]; then
    printf '%s  %s\n' "$IK_SHA256" "$place/ik.tar.gz" | sha256sum --check --quiet >/dev/null 2>&1 ||
        fail "The archive $IK_ARCHIVE is not the one with SHA-256 $IK_SHA256."
fi
tar -xzf "$place/ik.tar.gz" -C "$place" --strip-components=1
[ -x "$place/bin/ik" ] || fail "There is no bin/ik in the archive $IK_ARCHIVE."
printf '%s\n' "$place/bin" >>"${GITHUB_PATH:?}"
