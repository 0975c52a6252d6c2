# Makes the container image from the unpacked archive, without a daemon and without root. Sourced by build/release, which has say, fail,
# made, pack, settle, list_packages and the variables; POSIX sh. An image is a tar file of layers, a configuration and two lists that name
# each by its digest.
# shellcheck shell=sh disable=SC2154

# What the program needs of a system: the C library, a shell with the usual tools (busybox), and what keeps model servers apart.
OCI_PACKAGES='base-files libc6 busybox util-linux libcap-ng0'
OCI_USER=65532

# oci FOLDER: four layers; those that change seldom come first, so that an upgrade loads little.
oci() {
    image=$work/oci
    rm -rf "$image" "$work/layer"
    mkdir -p "$image/blobs/sha256" "$work/debian"
    base="$work/layer/1"
    mkdir -p "$base"
    debian_files "$base"
    for layer in 2 3 4; do mkdir -p "$work/layer/$layer/opt/inferencekey/lib/client" "$work/layer/$layer/opt/inferencekey/lib/server"; done
    cp -a "$1/runtime" "$work/layer/2/opt/inferencekey/"
    cp -a "$1/lib/client" "$1/lib/server" "$work/layer/3/opt/inferencekey/lib/"
    mv "$work/layer/3/opt/inferencekey/lib/client"/inferencekey-* "$work/layer/4/opt/inferencekey/lib/client/"
    mv "$work/layer/3/opt/inferencekey/lib/server"/inferencekey-* "$work/layer/4/opt/inferencekey/lib/server/"
    find "$1/lib" -maxdepth 1 -type f -exec cp -a {} "$work/layer/4/opt/inferencekey/lib/" \;
    components=$work/layer/4/opt/inferencekey/inferencekey.cdx.json
    list_packages "$1/inferencekey.cdx.json" "$components" "$base/var/lib/dpkg/status.d"/*
    cp "$components" "$out/inferencekey-$version-oci.cdx.json"
    for each in bin LICENSE THIRD-PARTY.md legal docs site; do
        [ ! -e "$1/$each" ] || cp -a "$1/$each" "$work/layer/4/opt/inferencekey/"
    done
    rmdir "$work/layer/2/opt/inferencekey/lib/client" "$work/layer/2/opt/inferencekey/lib/server" "$work/layer/2/opt/inferencekey/lib"
    layers='' diffs=''
    for layer in 1 2 3 4; do
        settle "$work/layer/$layer"
        [ "$layer" != 1 ] || chmod 1777 "$base/tmp"
        [ "$layer" != 1 ] || chmod 700 "$base/var/lib/inferencekey"
        pack_layer "$work/layer/$layer" "$layer" >"$work/layer.tar"
        diffs="$diffs${diffs:+,}\"sha256:$(sha256sum "$work/layer.tar" | cut -d' ' -f1)\""
        gzip -n -9 "$work/layer.tar"
        layers="$layers${layers:+,}$(blob "$work/layer.tar.gz" application/vnd.oci.image.layer.v1.tar+gzip)"
    done
    created=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
    labels="\"org.opencontainers.image.title\":\"inferencekey\",\"org.opencontainers.image.version\":\"$version\""
    labels="$labels,\"org.opencontainers.image.licenses\":\"Apache-2.0\",\"org.opencontainers.image.created\":\"$created\""
    labels="$labels,\"org.opencontainers.image.description\":\"Self-hosted platform for AI workloads and the keys to them\""
    labels="$labels,\"org.opencontainers.image.revision\":\"$(git -C "$here" rev-parse HEAD 2>/dev/null || echo unknown)\""
    sed -e "s|@CREATED@|$created|g; s|@LABELS@|$labels|; s|@DIFFS@|$diffs|" "$here/deploy/oci/config.json" >"$work/config.json"
    config=$(blob "$work/config.json" application/vnd.oci.image.config.v1+json)
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s],"annotations":{%s}}' \
        "$config" "$layers" "$labels" >"$work/manifest.json"
    manifest=$(blob "$work/manifest.json" application/vnd.oci.image.manifest.v1+json)
    printf '{"imageLayoutVersion":"1.0.0"}' >"$image/oci-layout"
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}' \
        "${manifest%\}},\"platform\":{\"architecture\":\"amd64\",\"os\":\"linux\"},\"annotations\":{\"org.opencontainers.image.ref.name\":\"$version\"}}" \
        >"$image/index.json"
    pack -f "$out/inferencekey-$version-oci.tar" -C "$image" oci-layout index.json blobs
    made "inferencekey-$version-oci.tar" "inferencekey-$version-oci.cdx.json"
}

# blob FILE TYPE: moves it to where its digest says, and prints what refers to it.
blob() {
    digest=$(sha256sum "$1" | cut -d' ' -f1)
    printf '{"mediaType":"%s","digest":"sha256:%s","size":%s}' "$2" "$digest" "$(wc -c <"$1" | tr -d ' ')"
    mv "$1" "$image/blobs/sha256/$digest"
}

# pack_layer FOLDER NUMBER: root owns everything but the data folder.
pack_layer() {
    if [ "$2" = 1 ]; then
        pack -C "$1" --exclude=./var/lib/inferencekey . >"$work/part.tar"
        tar -r -f "$work/part.tar" --format=gnu --owner=$OCI_USER --group=$OCI_USER --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
            -C "$1" ./var/lib/inferencekey
        cat "$work/part.tar"
        rm "$work/part.tar"
    else
        pack -C "$1" .
    fi
}

# debian_files FOLDER: the files of a few packages of the Debian that this machine knows, as they are; no package manager, no scripts.
debian_files() {
    # shellcheck disable=SC2086 # Names of packages are words.
    (cd "$work/debian" && apt-get -qq -o APT::Sandbox::User= download $OCI_PACKAGES) >&2 || fail 'apt-get could not download packages: run apt-get update'
    files=$work/debian/files
    for package in "$work/debian"/*.deb; do
        dpkg-deb -x "$package" "$files"
    done
    say "base of the image: $(cd "$work/debian" && echo ./*.deb | sed 's|\./||g')"
    mkdir -p "$1/etc" "$1/proc" "$1/sys" "$1/dev" "$1/run" "$1/tmp" "$1/usr/bin" "$1/usr/lib/x86_64-linux-gnu" "$1/usr/lib64" \
        "$1/usr/share/doc" "$1/var/lib/inferencekey"
    ln -s usr/bin "$1/bin"
    ln -s usr/lib "$1/lib"
    ln -s usr/lib64 "$1/lib64"
    cp -L "$files/usr/lib/os-release" "$1/etc/os-release"
    for folder in "$files/lib/x86_64-linux-gnu" "$files/usr/lib/x86_64-linux-gnu"; do
        [ ! -d "$folder" ] || find "$folder" -maxdepth 1 -name '*.so*' -exec cp -P {} "$1/usr/lib/x86_64-linux-gnu/" \;
    done
    ln -s ../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 "$1/usr/lib64/ld-linux-x86-64.so.2"
    for program in busybox unshare setpriv; do
        cp "$(find "$files/bin" "$files/usr/bin" -name "$program" -type f | head -n 1)" "$1/usr/bin/" || fail "the package of $program brings none"
    done
    for program in $("$1/usr/bin/busybox" --list); do
        [ -e "$1/usr/bin/$program" ] || ln -s busybox "$1/usr/bin/$program"
    done
    for package in libc6 busybox util-linux libcap-ng0; do
        mkdir "$1/usr/share/doc/$package"
        cp -L "$files/usr/share/doc/$package/copyright" "$1/usr/share/doc/$package/"
    done
    # Where scanners of images look for what a system without a package manager holds.
    mkdir -p "$1/var/lib/dpkg/status.d"
    for package in "$work/debian"/*.deb; do
        dpkg-deb -f "$package" >"$1/var/lib/dpkg/status.d/$(dpkg-deb -f "$package" Package)"
    done
    printf 'root:x:0:0:root:/root:/bin/sh\ninferencekey:x:%s:%s:InferenceKey:/var/lib/inferencekey:/bin/false\n' $OCI_USER $OCI_USER >"$1/etc/passwd"
    printf 'root:x:0:\ninferencekey:x:%s:\n' $OCI_USER >"$1/etc/group"
    printf 'hosts: files dns\n' >"$1/etc/nsswitch.conf"
}
