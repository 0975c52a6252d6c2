# Finds Java development kits, for ./ik and ./check, and gets one from the system's packages. Sourced, by what defines `say`; POSIX sh. Nothing is started: a kit's `release` file says its version.

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

# What it is called in the packages of Debian and Ubuntu, Adoptium, Fedora, Alpine and Homebrew.
JDK25_PACKAGES='temurin-25-jdk openjdk-25-jdk-headless java-25-openjdk-devel openjdk25-jdk openjdk25 openjdk@25'

# package_manager: prints the system's, if it is one that is known here.
package_manager() {
    for manager in apt-get dnf apk brew; do
        command -v "$manager" >/dev/null 2>&1 || continue
        printf '%s\n' "$manager"
        return 0
    done
    return 1
}

# may_install: whether this user may install packages; with $elevate, as another one.
may_install() {
    manager=$(package_manager) || return 1
    [ "$manager" = brew ] || [ "$(id -u)" = 0 ] || [ -n "${elevate:-}" ]
}

# install_package NAME...: installs the first of them that the system's packages know, where that is allowed.
install_package() {
    may_install || return 1
    if [ -z "${packages_known:-}" ]; then
        case $manager in
            apt-get) ${elevate:-} apt-get -qq update >/dev/null 2>&1 || : ;;
            apk) ${elevate:-} apk -q update >/dev/null 2>&1 || : ;;
        esac
        packages_known=yes
    fi
    for package; do
        case $manager in
            apt-get) apt-cache show "$package" ;;
            dnf) dnf -q info "$package" ;;
            apk) apk -q search -e "$package" | grep -q . ;;
            brew) brew info "$package" ;;
        esac >/dev/null 2>&1 || continue
        say "installing the package $package"
        case $manager in
            apt-get) ${elevate:-} env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$package" ;;
            dnf) ${elevate:-} dnf -q install -y "$package" ;;
            apk) ${elevate:-} apk -q add "$package" ;;
            brew) brew install -q "$package" ;;
        esac >/dev/null 2>&1 </dev/null && return 0
    done
    return 1
}

# obtain_jdk YES: prints the home of a JDK 25 or newer. If there is none, it comes from the system's packages: at once if YES is not empty, or
# for root without a terminal; with a terminal, if whoever sits there says so. Otherwise it fails and says what to do.
obtain_jdk() {
    find_jdk 25 999 && return 0
    elevate=
    if [ "$(id -u)" != 0 ] && command -v sudo >/dev/null 2>&1; then
        elevate=sudo
        # Nobody is there who could type a password.
        [ -t 0 ] || elevate='sudo -n'
    fi
    if ! may_install; then
        say "$JDK_ADVICE"
        return 1
    fi
    if [ -z "$1" ]; then
        if [ -t 0 ] && [ -t 2 ]; then
            say "a JDK 25 is needed, and there is none on this machine"
            printf '%s' "Install one with ${elevate:+sudo }$manager? [Y/n] " >&2
            read -r answer || answer=n
            case $answer in
                '' | [Yy] | [Yy][Ee][Ss]) ;;
                *) say "$JDK_ADVICE" && return 1 ;;
            esac
        elif [ "$(id -u)" != 0 ]; then
            say "$JDK_ADVICE, or run ./ik up --yes to get it from the system's packages"
            return 1
        fi
    fi
    install_package $JDK25_PACKAGES || :
    if find_jdk 25 999; then
        # The embedded engine's; a machine without a JDK may be as bare as that.
        install_package libgomp1 libgomp || :
        return 0
    fi
    say "$manager has no JDK 25 that can be installed; $JDK_ADVICE"
    return 1
}
