# The first process of a model server's process namespace: runs the command, takes note of processes that lost their parent, and ends
# with the command's exit code, whereupon the kernel ends all others.
exec 3<&0
"$@" <&3 3<&- &
exec 3<&- </dev/null
wait "$!"
