# Builds the file system that a model server sees, enters it, and runs the given command there. Runs in a mount and a process namespace
# of its own, as their root.
#
#   sh -c "<this text>" ik-sandbox ROOT WORK [view PATH | own PATH | at FROM PATH | link PATH TARGET]... -- COMMAND [ARGUMENT...]
#
# ROOT is an empty folder. `view` shows a path read-only, `own` writable, `at` shows one path writable in the place of another; `link` is
# a symbolic link. What is not named does not exist. Nothing in the arguments is interpreted.
set -eu
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin
root=$1
work=$2
shift 2
trap '[ $? -eq 0 ] || echo "ik-sandbox: the isolation of this model server cannot be set up" >&2' EXIT

# show FROM PATH: FROM appears in the place of PATH, with everything mounted below it.
show() {
  if [ -d "$1" ]; then
    mkdir -p "$root$2"
  else
    mkdir -p "$root${2%/*}"
    [ -e "$root$2" ] || : >"$root$2"
  fi
  mount --rbind "$1" "$root$2"
}

# Each mount at or below PATH becomes read-only; its other flags have to be said again.
seal() {
  while read -r _ _ _ _ point flags _; do
    case $point in *\\*) point=$(printf '%b' "$(printf '%s' "$point" | sed 's/\\\([0-7][0-7][0-7]\)/\\0\1/g')") ;; esac
    case $point in
      "$root$1" | "$root$1"/*) mount -o "remount,bind,ro,${flags#*,}" "$point" ;;
    esac
  done </proc/self/mountinfo
}

mount -t tmpfs -o mode=755,nosuid,nodev,size=4m ik-engine "$root"
while [ "$1" != -- ]; do
  case $1 in
    view)
      show "$2" "$2"
      seal "$2"
      shift 2
      ;;
    own)
      show "$2" "$2"
      shift 2
      ;;
    at)
      show "$2" "$3"
      shift 3
      ;;
    link)
      mkdir -p "$root${2%/*}"
      ln -s "$3" "$root$2"
      shift 3
      ;;
  esac
done
shift

mkdir -p "$root/proc"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
[ ! -d "$root/dev/shm" ] || mount -t tmpfs -o mode=1777,nosuid,nodev ik-shm "$root/dev/shm"
# Terminals and message queues may belong to the same user.
for shared in pts mqueue; do
  [ ! -d "$root/dev/$shared" ] || mount -t tmpfs -o ro,size=4k,nosuid,nodev ik-none "$root/dev/$shared"
done
cd "$root"
mkdir .ik-old
pivot_root . .ik-old
cd /
umount -l /.ik-old
rmdir /.ik-old
mount -o remount,bind,ro,nosuid,nodev /
cd "$work"
trap - EXIT
exec "$@"
