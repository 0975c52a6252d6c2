# What is released is built from a copy of the files that git knows or could add, in the version of the release. Sourced by what has fail,
# $here and $version; POSIX sh.
# shellcheck shell=sh disable=SC2154

# The version of the POM as it stands.
snapshot=$(sed -n 's|^  <version>\(.*\)</version>$|\1|p' "$here/pom.xml" | head -n 1)

check_version() {
    printf '%s\n' "$version" | grep -Eq '^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$' ||
        fail "$version is not a version like 1.2.3 or 1.2.3-rc.1"
}

# copy_sources FOLDER: makes the folder.
copy_sources() {
    mkdir "$1" || fail "$1 must be a new folder"
    git -C "$here" rev-parse --git-dir >/dev/null 2>&1 || fail 'a release is built from a checkout: git must know this folder'
    (cd "$here" && git ls-files -z --cached --others --exclude-standard |
        tar -c --null -T - --ignore-failed-read --warning=no-failed-read -f - 2>/dev/null) | tar -x -C "$1"
    find "$1" -name pom.xml -exec sed -i "s|<version>$snapshot</version>|<version>$version</version>|" {} +
}
