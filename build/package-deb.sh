# Makes the Debian package from the unpacked archive. Sourced by build/release, which has fail, made, settle and the variables; POSIX sh.
# shellcheck shell=sh disable=SC2154

# deb FOLDER: the program goes to /usr/lib/inferencekey, what an operator changes to /etc/inferencekey.
deb() {
    root=$work/deb
    rm -rf "$root"
    mkdir -p "$root/DEBIAN" "$root/usr/bin" "$root/usr/lib/systemd/system" "$root/usr/share/doc/inferencekey" "$root/etc/inferencekey"
    cp -a "$1" "$root/usr/lib/inferencekey"
    ln -s ../lib/inferencekey/bin/ik "$root/usr/bin/ik"
    cp "$here/deploy/systemd/inferencekey.service" "$root/usr/lib/systemd/system/"
    cp "$here/deploy/deb/inferencekey.yaml" "$root/etc/inferencekey/"
    mv "$root/usr/lib/inferencekey/docs/"* "$root/usr/share/doc/inferencekey/"
    rmdir "$root/usr/lib/inferencekey/docs"
    ln -s ../../share/doc/inferencekey "$root/usr/lib/inferencekey/docs"
    {
        printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: InferenceKey\n\n'
        printf 'Files: *\nCopyright: The InferenceKey authors\nLicense: Apache-2.0\n On Debian systems the text of this licence is in\n'
        printf ' /usr/share/common-licenses/Apache-2.0.\nComment:\n Libraries and the Java runtime have licences of their own:\n'
        printf ' /usr/lib/inferencekey/THIRD-PARTY.md lists them.\n'
    } >"$root/usr/share/doc/inferencekey/copyright"
    # A pre-release sorts before its release.
    debian=$(printf '%s' "$version" | sed 's/-/~/')
    printf 'inferencekey (%s) unstable; urgency=medium\n\n  * Version %s; what changed is told in CHANGELOG.md of the sources.\n\n -- %s  %s\n' \
        "$debian" "$version" "$(sed -n 's/^Maintainer: //p' "$here/deploy/deb/control")" "$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")" |
        gzip -n -9 >"$root/usr/share/doc/inferencekey/changelog.gz"
    cp "$here/deploy/deb/preinst" "$here/deploy/deb/postinst" "$here/deploy/deb/prerm" "$here/deploy/deb/postrm" "$root/DEBIAN/"
    echo /etc/inferencekey/inferencekey.yaml >"$root/DEBIAN/conffiles"
    sed "s/@VERSION@/$debian/; s/@SIZE@/$(du -sk --apparent-size "$root/usr" | cut -f1)/" "$here/deploy/deb/control" >"$root/DEBIAN/control"
    (cd "$root" && find usr etc -type f | LC_ALL=C sort | xargs -d '\n' md5sum) >"$root/DEBIAN/md5sums"
    settle "$root"
    dpkg-deb --root-owner-group -Zzstd -z9 --build "$root" "$out/inferencekey_${debian}_amd64.deb" >/dev/null
    made "inferencekey_${debian}_amd64.deb"
}
