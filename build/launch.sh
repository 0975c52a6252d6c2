# Starts ik, for ./ik of a checkout and bin/ik of an archive: what Java is told stands here and nowhere else. Sourced; POSIX sh.
# shellcheck shell=sh

# launch JAVA LIBRARIES ARGUMENT...: becomes ik. LIBRARIES holds the jars in client/ and server/ and, if a release trained them, the
# caches client.aot and server.aot; those of a checkout are where a build left them, and archives of classes are
# kept beside them. The documentation is in $here/docs: whoever sources this has set it.
launch() {
    java=$1
    libraries=$2
    shift 2

    # Commands that only talk to a server start without the server's libraries. All else needs them: help on all commands, and a misspelt one.
    kind=client
    archive=
    all=yes
    for argument; do
        case $argument in
            up | server) kind=server ;;
            config | doctor | store | webhook) kind=server && archive=$argument ;;
            login | logout | whoami | session | password | project | ensure | wait | workload | token | key | member | invite | owner-link | \
                secret | price | node | chat | embed | usage | audit) [ "$all" = completion ] || all= ;;
            completion) all=completion ;;
            -h | --help) archive=help ;;
        esac
    done
    classpath=
    cache=client
    for jar in "$libraries/client"/*.jar; do classpath=$classpath:$jar; done
    if [ "$kind$all" != client ]; then
        cache=server
        for jar in "$libraries/server"/*.jar; do classpath=$classpath:$jar; done
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
    set -- -Dinferencekey.docs="$here/docs" -Dinferencekey.terminals="$terminals" -Dinferencekey.columns="$columns" -Dpicocli.disable.closures=true \
        -cp "${classpath#:}" dev.inferencekey.cli.Ik "$@"
    # A cache that a release was built with holds classes as they are once linked, and which methods were worth compiling. It fits one Java,
    # one list of jars and their times; where it does not fit, Java starts without it.
    # In a checkout, the class archive is made at the end of a first run and again when it no longer fits; a run never fails because of it.
    # It holds what that run used, so one that stays short of starting a server must not make the server's.
    if [ -f "$libraries/$cache.aot" ]; then
        set -- -XX:AOTCache="$libraries/$cache.aot" "$@"
    elif [ -f "$libraries/built" ] && [ -w "$libraries" ]; then
        set -- -XX:+AutoCreateSharedArchive -XX:SharedArchiveFile="$libraries/$kind${archive:+-$archive}.jsa" "$@"
    fi
    quick=
    # Part of what a cache fits, so it belongs to all that have these libraries.
    [ "$cache" = client ] || set -- --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow "$@"
    if [ "$kind" = server ]; then
        # Netty samples buffers with stack traces in case one gets lost, which costs several percent. IK_JAVA_OPTS comes later and wins.
        quick=-Dio.netty.leakDetection.level=disabled
        # Events for flight recordings cost a start time, too.
        quick="$quick -Dio.netty.jfr.enabled=false"
        sqlite=$libraries/server/org/sqlite/native/$(uname -s)/$(uname -m)
        [ ! -d "$sqlite" ] || set -- -Dorg.sqlite.lib.path="$sqlite" "$@"
        [ ! -d "$libraries/server/natives" ] || set -- -Djava.library.path="$libraries/server/natives" "$@"
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
    # shellcheck disable=SC2086 # Options are words.
    exec "$java" -XX:+UseSerialGC -Xlog:disable -Xlog:all=error:stderr -Xlog:cds*=off:stderr -Xlog:aot*=off:stderr \
        $quick ${IK_JAVA_OPTS:-} "$@"
}
