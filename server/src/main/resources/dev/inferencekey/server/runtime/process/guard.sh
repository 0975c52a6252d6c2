# Runs one model server and takes it down when the platform dies, however it dies.
#
#   sh -c "<this text>" ik-guard MARKER PROGRAM [ARGUMENT...]
#
# (Signals are named with -s: `kill -TERM -- -1` is an error in some shells.)
#
# Standard input is a pipe that the platform holds open. A line on it asks the model server to end; the end of it means that the
# platform is gone. The program and its arguments are used as they are: nothing in them is interpreted.
marker=$1
shift
exec 3<&0
# A session of its own gives the model server a process group of its own, and keeps the terminal's signals away.
if command -v setsid >/dev/null 2>&1; then
  INFERENCEKEY_REPLICA=$marker setsid "$@" </dev/null 3<&- &
else
  set -m
  INFERENCEKEY_REPLICA=$marker "$@" </dev/null 3<&- &
fi
child=$!
# A process of its own, so that it goes on when the other half of the guard is killed, or ends because the child did. Its own end is
# that of the pipe.
(
  exec </dev/null >/dev/null 2>&1
  while read -r line <&3; do
    # The group comes into being a moment after the process.
    kill -s TERM -- "-$child" || kill -s TERM "$child"
  done
  kill -s KILL -- "-$child"
  kill -s KILL "$child"
  # What left the group is known by the marker in its environment. Again, since it may have been about to fork.
  for again in 1 2 3; do
    for environment in $(grep -alsF -- "INFERENCEKEY_REPLICA=$marker" /proc/[0-9]*/environ); do
      process=${environment#/proc/}
      kill -s KILL "${process%/environ}"
    done
  done
) &
exec 3<&-
wait "$child"
code=$?
kill -s KILL -- "-$child" 2>/dev/null
exit "$code"
