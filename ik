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

fail() {
    printf 'ik: %s\n' "$*" >&2
    exit 1
}

jdk=$(find_jdk 25 999) || fail "$JDK_ADVICE"
target=$here/cli/target/ik
stamp=$target/built
modules="contract sdk engine server cli"

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

# Commands that only talk to a server start without the server's libraries. All else needs them: help on all commands, and a misspelt one.
kind=client
archive=
all=yes
for argument; do
    case $argument in
        up | server) kind=server ;;
        doctor | store | webhook) kind=server && archive=$argument ;;
        login | logout | whoami | session | password | project | ensure | wait | workload | token | key | member | invite | owner-link | \
            secret | price | node | chat | embed | usage | audit) [ "$all" = completion ] || all= ;;
        completion) all=completion ;;
        -h | --help) archive=help ;;
    esac
done
classpath=
for jar in "$target/client"/*.jar; do classpath=$classpath:$jar; done
if [ "$kind$all" != client ]; then
    for jar in "$target/server"/*.jar; do classpath=$classpath:$jar; done
    [ "$kind" = server ] || archive=all
fi

# Java takes the text of arguments and the terminal's size from here; it cannot ask by itself.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
    *[Uu][Tt][Ff]*) ;;
    *) LC_ALL=C.UTF-8 && export LC_ALL ;;
esac
terminals=
[ ! -t 1 ] || terminals=out
[ ! -t 2 ] || terminals=$terminals,err
columns=
if [ -n "$terminals" ]; then
    columns=$(stty size 2>/dev/null </dev/tty) || columns=
    columns=${columns#* }
fi
case $0 in
    */ik) IK_COMMAND=$0 && export IK_COMMAND ;;
esac

# Without the last one, picocli looks for Groovy in every library.
set -- -Dinferencekey.terminals="$terminals" -Dinferencekey.columns="$columns" -Dpicocli.disable.closures=true \
    -cp "${classpath#:}" dev.inferencekey.cli.Ik "$@"
# The class archive is made at the end of a first run and again when it no longer fits; a run never fails because of it. It holds what
# that run used, so one that stays short of starting a server must not make the server's.
if [ -w "$target" ]; then
    set -- -XX:+AutoCreateSharedArchive -XX:SharedArchiveFile="$target/$kind${archive:+-$archive}.jsa" "$@"
fi
quick=
if [ "$kind" = server ]; then
    # Netty samples buffers with stack traces in case one gets lost, which costs several percent. IK_JAVA_OPTS comes later and wins.
    set -- --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow "$@"
    quick=-Dio.netty.leakDetection.level=disabled
    # Events for flight recordings cost a start time, too.
    quick="$quick -Dio.netty.jfr.enabled=false"
    libraries=$target/server/org/sqlite/native/$(uname -s)/$(uname -m)
    [ ! -d "$libraries" ] || set -- -Dorg.sqlite.lib.path="$libraries" "$@"
    # Requests leave garbage and nothing else: a small nursery stays in the processor's cache (a tenth of the CPU, measured).
    cores=$(nproc 2>/dev/null || echo 4)
    quick="$quick -Xmn$((cores > 2 ? cores * 8 : 16))m"
    # A quarter of the machine's or the container's memory, and no more than 1 GiB of a large one: this collector grows the heap up to its
    # limit before it looks for garbage. What a whole collection finds free beyond that goes back to the system (IdleHeap brings it about).
    # Newer Java machines warn of MaxRAM, on standard output.
    quick="$quick -XX:MaxRAM=4g -XX:-PrintWarnings -XX:MaxRAMPercentage=25 -XX:MinHeapFreeRatio=20 -XX:MaxHeapFreeRatio=40 -XX:-ShrinkHeapInSteps"
    # Half of what a start costs is compiling, much of it code that runs during the start alone.
    quick="$quick -XX:CompileThresholdScaling=8"
else
    set -- -XX:TieredStopAtLevel=1 "$@"
fi
# Standard output belongs to results: what the JVM has to say goes to standard error, and of the archive it need not speak.
exec "$jdk/bin/java" -XX:+UseSerialGC -Xlog:disable -Xlog:all=error:stderr -Xlog:cds*=off:stderr -Xlog:aot*=off:stderr \
    $quick ${IK_JAVA_OPTS:-} "$@"
