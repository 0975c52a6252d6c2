# The same sources make the same files, but for what is trained and signed; sourced by run.
# shellcheck shell=sh disable=SC2154

again=$work/again
mkdir "$again"
cp -p "$archive" "$again/"
# The archive itself, again without caches; what is made from it, again from the first one.
"$top/build/release" "$version" --into "$again" --only deb,oci,chart,site >"$work/output" 2>&1 || {
    tail -n 40 "$work/output" >&2
    say 'what is made from the archive could not be made again'
    exit 1
}
"$top/build/release" "$version" --into "$again" --only repository,archive --training 0 >"$work/output" 2>&1 || {
    tail -n 40 "$work/output" >&2
    say 'the release could not be built again'
    exit 1
}
same() { cmp "$release/$1" "$again/$1"; }
listed() { tar -tvzf "$1" | grep -v '\.aot$'; }
same_archive() {
    mkdir "$work/one" "$work/two" && tar -xzf "$archive" -C "$work/one" --exclude '*.aot' && tar -xzf "$again/$name.tar.gz" -C "$work/two" &&
        diff -r "$work/one" "$work/two" && listed "$archive" >"$work/one.list" && listed "$again/$name.tar.gz" | diff "$work/one.list" -
}
same_repository() {
    (cd "$release/repository" && find . -type f ! -name '*.asc*' ! -name 'maven-metadata*') | LC_ALL=C sort >"$work/files" && [ -s "$work/files" ] &&
        while read -r file; do same "repository/$file" || return 1; done <"$work/files"
}
check 'the archive is the same, but for its caches' same_archive
check 'the Debian package is the same' same "$(basename "$package")"
check 'the image is the same' same "inferencekey-$version-oci.tar"
check 'the chart is the same' same "inferencekey-$version.tgz"
check 'the lists of components are the same' same "inferencekey-$version.cdx.json"
check 'the repository is the same, but for its signatures' same_repository
check 'the site is the same' diff -r "$release/site" "$again/site"
