# The image, as a runtime starts it that takes away all it can; sourced by run.
# shellcheck shell=sh disable=SC2154

mkdir "$work/image"
image=$work/image/rootfs
check 'each digest of the image fits' "$here/unpack-image" "$release/inferencekey-$version-oci.tar" "$work/image"

packages_are_listed() {
    for control in "$image/var/lib/dpkg/status.d"/*; do
        grep "pkg:deb/debian/$(basename "$control" | sed 's/+/%2B/g')@" "$release/inferencekey-$version-oci.cdx.json" || return 1
    done
}
check 'its packages are in the list of components' packages_are_listed
check 'its libraries are, too' each_is_listed "$image/opt/inferencekey/inferencekey.cdx.json" "$image/opt/inferencekey/lib"

user=$(cat "$work/image/user")
# with_rights BY COMMAND...: has BY start it as a runtime does: the image's user and variables, no capability, and none to be got.
with_rights() {
    by=$1
    shift
    # shellcheck disable=SC2046 # Each line is a word.
    "$by" /usr/bin/setpriv --reuid "${user%:*}" --regid "${user#*:}" --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs \
        /usr/bin/env -i $(cat "$work/image/environment") "$@"
}
# started and run_once: a container, in the background or not.
started() { READ_ONLY=yes VOLUME="$(cat "$work/image/volumes"):${user%:*}" enter "$work/image.log" "$image" "$@"; }
run_once() { READ_ONLY=yes VOLUME="$(cat "$work/image/volumes"):${user%:*}" "$here/enter" "$image" "$@"; }
in_it() { nsenter -t "$pid" -a "$@"; }
# shellcheck disable=SC2046
is_healthy() { with_rights in_it $(cat "$work/image/health"); }
writes_nowhere() { ! with_rights in_it sh -c 'echo x >/opt/inferencekey/x || echo x >/etc/x'; }
serves_the_site() { nsenter -t "$pid" -n curl -fsSL -m 5 http://127.0.0.1:8080/docs/ | grep '<title>'; }
is_over() { ! kill -0 "$pid" 2>/dev/null; }
stops() { kill -TERM "$pid" && within 60 is_over; }

# shellcheck disable=SC2046
with_rights started $(cat "$work/image/command")
check 'it is healthy, says its own check' within 60 is_healthy
check 'it serves the site that its errors link to' serves_the_site
check 'its root can not be written' writes_nowhere
check 'its volume can' with_rights in_it sh -c 'echo x >/var/lib/inferencekey/x'
check 'an owner gets a link' with_rights in_it ik owner-link
check 'it stops when it is told to' stops
check 'a platform starts in it, runs a model server and answers' with_rights run_once /opt/inferencekey/bin/ik up --exit --port 0
