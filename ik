#!/bin/sh
# The ik command: builds what is missing or older than its sources, then runs it. Works from any folder and through a symlink.
set -eu

self=$0
while [ -h "$self" ]; do
    link=$(readlink "$self")
    case $link in
        /*) self=$link ;;
        *) self=$(dirname "$self")/$link ;;
    esac
done
here=$(CDPATH='' cd -- "$(dirname -- "$self")" && pwd -P)
. "$here/build/jdk.sh"
. "$here/build/launch.sh"

fail() {
    printf 'ik: %s\n' "$*" >&2
    exit 1
}

say() { printf 'ik: %s\n' "$*" >&2; }

# `ik up --yes` may install what is missing.
up=
yes=
for argument; do
    case $argument in
        up) up=yes ;;
        -y | --yes) yes=yes ;;
    esac
done
jdk=$(obtain_jdk "${up:+$yes}") || exit 1
target=$here/cli/target/ik
stamp=$target/built
modules="contract sdk declaration engine server cli"

# A file or folder that is newer than the last build; folders tell of what was deleted.
is_fresh() {
    [ -f "$stamp" ] || return 1
    sources=$here/pom.xml
    for module in $modules; do
        sources="$sources
$here/$module/pom.xml
$here/$module/src/main"
    done
    changed=$(IFS='
'; set -f; find $sources -newer "$stamp" 2>/dev/null | head -n 1)
    [ -z "$changed" ]
}

build() {
    log=$here/cli/target/ik-build.log
    # Taken before the build: what changes meanwhile is newer.
    begun=$here/cli/target/.ik-begun
    : >"$begun"
    (
        cd "$here"
        # The compiler runs once and briefly: optimising it takes longer than it gains.
        JAVA_HOME=$jdk MAVEN_OPTS="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 ${MAVEN_OPTS:-}" \
            exec ./mvnw -q -B -T 2 -Dquick -Dmaven.test.skip=true -Dstyle.color=never -pl cli -am package
    ) >"$log" 2>&1 9>&- &
    maven=$!
    trap 'kill "$maven" 2>/dev/null; exit 130' INT TERM
    seconds=$(date +%s)
    [ -t 2 ] || printf 'ik: building, which takes about half a minute\n' >&2
    while kill -0 "$maven" 2>/dev/null; do
        [ ! -t 2 ] || printf '\r\033[KBuilding, which takes about half a minute … %s s' "$(($(date +%s) - seconds))" >&2
        sleep 0.2
    done
    [ ! -t 2 ] || printf '\r\033[K' >&2
    if wait "$maven"; then
        touch -r "$begun" "$stamp"
    else
        tail -n 40 "$log" >&2
        fail "the build failed; all of its output is in $log"
    fi
    trap - INT TERM
}

if ! is_fresh; then
    mkdir -p "$here/cli/target"
    # One build at a time; whoever waited finds it done.
    if command -v flock >/dev/null 2>&1; then
        exec 9>"$here/cli/target/.ik-lock"
        flock 9
        is_fresh || build
        exec 9>&-
    else
        until mkdir "$here/cli/target/.ik-lock.d" 2>/dev/null; do sleep 0.2; done
        trap 'rmdir "$here/cli/target/.ik-lock.d" 2>/dev/null' EXIT
        is_fresh || build
        rmdir "$here/cli/target/.ik-lock.d"
        trap - EXIT
    fi
fi

launch "$jdk/bin/java" "$target" "$@"
