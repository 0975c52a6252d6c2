# The Debian package, under a real systemd; sourced by run.
# shellcheck shell=sh disable=SC2154

system debian
root=$work/debian
cp "$package" "$root/srv/new.deb"
# What was installed before: the same with a lower version, and with a settings file that the new one changes.
dpkg-deb -R "$package" "$work/older"
sed -i 's/^Version: .*/Version: 0.0.1/' "$work/older/DEBIAN/control"
echo '# An older remark.' >>"$work/older/etc/inferencekey/inferencekey.yaml"
dpkg-deb --root-owner-group -Znone --build "$work/older" "$root/srv/old.deb" >/dev/null
rm -rf "$work/older"
with_network "$root" sh -c 'apt-get -qq update && apt-get -qq install -y --no-install-recommends systemd systemd-sysv dbus >/dev/null &&
    apt-get -qq install -y --no-install-recommends --download-only /srv/new.deb >/dev/null' >"$work/output" 2>&1 || {
    tail -n 20 "$work/output" >&2
    say 'the packages could not be downloaded'
    exit 1
}
export BOOT=yes
enter "$work/debian.log" "$root" /usr/bin/env -i container=test TERM=dumb /sbin/init
unset BOOT

inside() { nsenter -t "$pid" -a /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
# Whose dpkg is not asked: what was edited stays.
apt() { inside apt-get -qq -o Dpkg::Options::=--force-confold "$@"; }
as_service() {
    inside setpriv --reuid inferencekey --regid inferencekey --init-groups \
        env HOME=/var/lib/inferencekey INFERENCEKEY_DATA=/var/lib/inferencekey INFERENCEKEY_PROJECT=acme "$@"
}
main() { inside systemctl show -P MainPID inferencekey; }
is_up() { inside systemctl is-active --quiet inferencekey && is_ready; }
serves_again() { [ "$(main)" != "$1" ] && is_up; }
runs_as_its_user() { [ "$(inside stat -c %U "/proc/$(main)")" = inferencekey ]; }
# A project, a credential of each kind, and a workload that a real model server runs.
provision() {
    as_service ik project create --name Acme --slug acme &&
        as_service ik token create --name deploy --json >"$work/token" &&
        as_service ik key create --name web --all --json >"$work/key" &&
        token=$(sed -n 's/.*\(ik_sdk_[0-9a-f]*_[0-9a-f]*\).*/\1/p' "$work/token") &&
        api_key=$(sed -n 's/.*\(ik_live_[0-9a-f]*_[0-9a-f]*\).*/\1/p' "$work/key") &&
        as_service mkdir -p /var/lib/inferencekey/models &&
        install -m 644 "$work/data/models/tiny-random.gguf" "$root/var/lib/inferencekey/models/" &&
        printf 'name: Hello\nslug: hello\nbackend: llamacpp\nmodel: tiny\ncommand: llama-server -m tiny-random.gguf -c 512\n' \
            >"$root/srv/workload.yaml" && ensured --wait
}
ensured() { as_service env INFERENCEKEY_SDK_TOKEN="$token" ik ensure -f /srv/workload.yaml "$@"; }
is_answered() { as_service env INFERENCEKEY_API_KEY="$api_key" ik chat hello Hello; }
# Whether a process of the service has users and processes of its own, as model servers have.
is_kept_apart() {
    for process in $(inside sh -c 'echo /proc/[0-9]*'); do
        for kind in user pid; do
            [ "$(inside readlink "$process/ns/$kind")" != "$(inside readlink "/proc/$(main)/ns/$kind")" ] || continue 2
        done
        return 0
    done
    return 1
}
# Both credentials work, and the declaration holds.
works() { within 60 is_answered && ensured | grep unchanged; }
keeps_what_was_edited() { grep 'max-body: 3MiB' "$root/etc/inferencekey/inferencekey.yaml"; }
reloads() {
    echo 'max-body: 3MiB' >>"$root/etc/inferencekey/inferencekey.yaml"
    inside systemctl reload inferencekey && within 20 says 'configuration reloaded: max-body'
}
says() { inside journalctl -q -u inferencekey | grep "$1"; }
upgrades() { before=$(main) && apt install -y --no-install-recommends /srv/new.deb && within 60 serves_again "$before"; }
survives() { before=$(main) && inside sh -c "kill -9 $before" && within 60 serves_again "$before"; }
stops() {
    inside systemctl stop inferencekey && [ "$(inside systemctl show -P Result inferencekey)" = success ] || return 1
    owner=$(inside id -u inferencekey)
    ! grep -l "^Uid:.$owner" "/proc/$pid/root/proc"/[0-9]*/status
}
is_removed() {
    inside systemctl start inferencekey && apt remove -y inferencekey && ! inside systemctl is-active inferencekey &&
        [ -f "$root/var/lib/inferencekey/inferencekey.db" ] && [ ! -e "$root/usr/lib/inferencekey" ] && keeps_what_was_edited
}
comes_back() { apt install -y --no-install-recommends /srv/new.deb && within 60 is_up; }
is_purged() {
    apt purge -y inferencekey && [ ! -e "$root/var/lib/inferencekey" ] && [ ! -e "$root/etc/inferencekey" ] &&
        [ ! -e "$root/usr/lib/inferencekey" ]
}

check 'systemd is up' within 60 inside systemctl is-system-running --quiet
check 'an older version installs' apt install -y --no-install-recommends /srv/old.deb
check 'it starts with the machine' inside systemctl is-enabled inferencekey
check 'it serves' within 60 is_up
check 'it runs as its user' runs_as_its_user
check 'the data folder is its own' sh -c "[ \"\$(stat -c %a '$root/var/lib/inferencekey')\" = 700 ]"
check 'it may do little' inside systemd-analyze security --no-pager --threshold=40 inferencekey
check 'an owner gets a link' as_service ik owner-link
check 'a real model server starts under its limits' provision
check 'it is kept apart' is_kept_apart
check 'it answers' works
check 'a changed setting is taken over' reloads
check 'an upgrade is installed, and serves' upgrades
check 'it keeps what was edited' keeps_what_was_edited
check 'it keeps data and credentials' works
check 'it comes back when it was killed' survives
check 'it answers again' works
check 'it stops in order, and leaves no process' stops
check 'when removed it leaves data and settings' is_removed
check 'when it is back' comes_back
check 'it has them still' works
check 'purged, it leaves nothing' is_purged
[ "$failed" = 0 ] || inside journalctl -q -u inferencekey --no-pager | tail -n 40 >&2
kill -9 "$pid"
