# What the commands of this folder share; sourced, with $here set to this folder. POSIX sh.

bench_root=$(dirname "$here")
. "$bench_root/build/jdk.sh"

bench_say() { printf 'bench: %s\n' "$*" >&2; }

bench_fail() {
    bench_say "$*"
    exit 1
}

bench_jdk=$(find_jdk 25 999) || bench_fail "$JDK_ADVICE"

# bench_packages NAME...: installs what is missing, where that is allowed. Whoever starts a contender says it if it can't.
bench_packages() {
    command -v dpkg-query >/dev/null 2>&1 || return 0
    bench_missing=
    for bench_package; do
        case $(dpkg-query -W -f '${Status}' "$bench_package" 2>/dev/null) in
            *' installed') ;;
            *) bench_missing="$bench_missing $bench_package" ;;
        esac
    done
    [ -n "$bench_missing" ] || return 0
    if [ "$(id -u)" = 0 ]; then
        bench_say "installing the packages$bench_missing"
        apt-get -qq update >/dev/null 2>&1 || :
        for bench_package in $bench_missing; do
            # A server that its package starts would use the cores that are measured.
            RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
                apt-get -qq install -y --no-install-recommends "$bench_package" >/dev/null 2>&1 ||
                bench_say "the package $bench_package could not be installed"
        done
    else
        bench_say "not installed, and only root may:$bench_missing"
    fi
}

# Portkey's gateway, from npm, once, below target/.
bench_portkey() {
    bench_portkey_folder=$here/target/portkey
    [ ! -d "$bench_portkey_folder/node_modules/@portkey-ai/gateway" ] || return 0
    command -v npm >/dev/null 2>&1 || bench_packages nodejs npm
    command -v npm >/dev/null 2>&1 || return 0
    bench_say 'installing @portkey-ai/gateway from npm'
    mkdir -p "$bench_portkey_folder"
    npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$bench_portkey_folder" \
        "@portkey-ai/gateway@${PORTKEY_VERSION:-1.15.2}" >/dev/null 2>&1 ||
        bench_say '@portkey-ai/gateway could not be installed; it is left out'
}

# Whether the jars are newer than all of their sources.
bench_is_fresh() {
    [ -f "$here/target/built" ] || return 1
    for bench_module in contract sdk server bench; do
        bench_changed=$(find "$bench_root/pom.xml" "$bench_root/$bench_module/pom.xml" "$bench_root/$bench_module/src/main" \
            -newer "$here/target/built" 2>/dev/null | head -n 1)
        [ -z "$bench_changed" ] || return 1
    done
}

bench_build() {
    # The server is built by the launcher that its users use.
    "$bench_root/ik" --version >/dev/null
    bench_is_fresh && return 0
    mkdir -p "$here/target"
    bench_say 'building'
    : >"$here/target/begun"
    (
        cd "$bench_root"
        JAVA_HOME=$bench_jdk ./mvnw -q -B -T 2 -Dquick -Dmaven.test.skip=true -Dstyle.color=never -pl bench -am package
    ) >"$here/target/build.log" 2>&1 || {
        tail -n 40 "$here/target/build.log" >&2
        bench_fail "the build failed; all of its output is in $here/target/build.log"
    }
    touch -r "$here/target/begun" "$here/target/built"
}

# bench_java MAIN ARGUMENT...: builds what is missing, then runs the program on the first core.
bench_java() {
    bench_build
    # Ten thousand open streams need as many files, several times.
    ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -H -n)" 2>/dev/null || :
    bench_classpath=
    for bench_jar in "$here"/target/inferencekey-bench-*.jar "$here"/target/lib/*.jar; do
        bench_classpath=$bench_classpath:$bench_jar
    done
    bench_main=$1
    shift
    exec "$bench_jdk/bin/java" -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
        -Dbench.repository="$bench_root" -Dbench.portkey="$here/target/portkey" \
        -cp "${bench_classpath#:}" "$bench_main" "$@"
}
