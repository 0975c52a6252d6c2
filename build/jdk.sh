# Finds Java development kits, for ./ik and ./check. Sourced; POSIX sh. Nothing is started: a kit's `release` file says its version.

# jdk_feature HOME: prints the feature version (25) of the kit in HOME; fails if there is none.
jdk_feature() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    while IFS='=' read -r jdk_name jdk_value; do
        [ "$jdk_name" = JAVA_VERSION ] || continue
        jdk_value=${jdk_value#\"}
        jdk_value=${jdk_value%%[!0-9]*}
        [ -n "$jdk_value" ] || return 1
        printf '%s\n' "$jdk_value"
        return 0
    done <"$1/release"
    return 1
}

# jdk_on_path: prints the home of the java that comes first on PATH.
jdk_on_path() {
    jdk_java=$(command -v java 2>/dev/null) || return 1
    jdk_java=$(readlink -f "$jdk_java" 2>/dev/null) || return 1
    printf '%s\n' "${jdk_java%/bin/java}"
}

# find_jdk LOWEST HIGHEST: prints the home of the first kit whose version lies between the two.
find_jdk() {
    for jdk_home in \
        "${JAVA_HOME:-}" "${JAVA25_HOME:-}" "${JAVA17_HOME:-}" "$(jdk_on_path || :)" \
        /usr/lib/jvm/* /opt/* /usr/java/* /usr/local/java/* \
        "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/* \
        "${HOME:-/nonexistent}"/.asdf/installs/java/* "${HOME:-/nonexistent}"/.local/share/mise/installs/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home \
        "${HOME:-/nonexistent}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
        /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
        [ -n "$jdk_home" ] || continue
        jdk_found=$(jdk_feature "$jdk_home") || continue
        if [ "$jdk_found" -ge "$1" ] && [ "$jdk_found" -le "$2" ]; then
            printf '%s\n' "$jdk_home"
            return 0
        fi
    done
    return 1
}

# The one line that says what to install.
JDK_ADVICE='a JDK 25 or newer is needed: install one (https://adoptium.net, `sdk install java 25-tem`, or the package temurin-25-jdk) or set JAVA_HOME to it'
