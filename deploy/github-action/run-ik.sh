#!/bin/sh
# Runs ik for one command of the action.
set -eu

fail() {
    printf '::error::%s\n' "$*"
    exit 1
}

[ -n "${INFERENCEKEY_SDK_TOKEN:-}" ] ||
    fail "No SDK token: set the input sdk-token from a secret. Workflows of forks get no secrets."
command -v ik >/dev/null || fail "There is no ik on the PATH: set the input archive."
# Empty means that declarations name their projects.
[ -n "${INFERENCEKEY_PROJECT:-}" ] || unset INFERENCEKEY_PROJECT

case $IK_COMMAND in
    plan) set -- --plan --on-drift fail ;;
    ensure) set -- ;;
    wait) set -- --wait --timeout "$IK_TIMEOUT" ;;
    *) fail "The input command must be plan, ensure or wait, not $IK_COMMAND." ;;
esac
ik ensure -f "$IK_FILE" "$@" || fail "ik $IK_COMMAND failed with exit code $?; see its output above."
