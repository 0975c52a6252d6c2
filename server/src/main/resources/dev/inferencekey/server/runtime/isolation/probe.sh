# Does what a model server must not be able to: `sh -c "<this text>" ik-probe SECRET_FILE PROCESS`. Says what it could.
{
  cat "$1"
  ls -a "${1%/*}"
  cat "/proc/$2/environ"
  ls "/proc/$2/fd/"
  kill -s KILL "$2"
} 2>/dev/null
: >ready && echo ready
