#!/bin/sh
# Makes the secrets of compose.yaml, once; what is there stays. Keep a copy of the master key elsewhere: without it, stored secrets are lost.
# As root, since containers see these files with the owners that they have here: the platform runs as user 65532.
#   sudo ./secrets.sh [FOLDER]     into ./secrets unless told
set -eu

folder=${1:-$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)/secrets}
[ "$(id -u)" = 0 ] || { echo 'secrets.sh: run it as root (sudo ./secrets.sh): the files belong to user 65532' >&2; exit 1; }
umask 077
mkdir -p "$folder"
for name in store-password master-key; do
    [ ! -e "$folder/$name" ] || continue
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$folder/$name"
    chmod 0400 "$folder/$name"
    chown 65532:65532 "$folder/$name"
done
# The folder itself tells nothing; Compose has to find the files in it.
chmod 0711 "$folder"
