package dev.inferencekey.server.runtime.isolation;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A program that puts itself under Landlock and then becomes another program: {@code [view PATH | own PATH | at FROM PATH | link PATH
 * TARGET]... -- COMMAND [ARGUMENT...]}, where the command is the path of a program. What is not named can't be opened; processes that
 * are not started by it can't be looked into, traced or signalled. Ends with 125 if that is not possible.
 *
 * <p>Notes. The restriction holds for the thread that asks for it and all that comes of it. In the platform itself that would be a
 * matter of luck, since threads beget threads there; so it is done in a JVM that does nothing else, whose thread replaces the whole
 * process. The numbers of these system calls are the same on all architectures.
 */
public final class LandlockLauncher {
    /** The first version that keeps signals and abstract sockets in. */
    private static final long NEEDED_VERSION = 6;

    private static final int CAN_NOT = 125;

    private static final long CREATE_RULESET = 444;
    private static final long ADD_RULE = 445;
    private static final long RESTRICT_SELF = 446;
    private static final long CLOSE_RANGE = 436;
    private static final long FIRST_FILE = 3;
    private static final long LAST_FILE = 0xFFFF_FFFFL;
    private static final long CLOSE_ON_EXECUTE = 4;
    private static final long ASK_VERSION = 1;
    private static final long PATH_BENEATH = 1;
    private static final int NO_NEW_PRIVILEGES = 38;
    private static final int OPEN_PATH = 0x20_0000 | 0x8_0000;
    private static final int SET_MASK = 2;
    private static final int SIGNAL_SET_BYTES = 128;

    private static final long EXECUTE = 1;
    private static final long WRITE_FILE = 1 << 1;
    private static final long READ_FILE = 1 << 2;
    private static final long READ_DIR = 1 << 3;
    private static final long TRUNCATE = 1 << 14;
    private static final long DEVICE_CONTROL = 1 << 15;
    private static final long ALL = (1 << 16) - 1;
    private static final long ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | DEVICE_CONTROL;
    private static final long VIEW = EXECUTE | READ_FILE | READ_DIR;
    /** Abstract sockets and signals. */
    private static final long SCOPED = 3;

    private final Arena arena = Arena.global();
    private final MethodHandle systemCall =
            function("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private LandlockLauncher() {}

    /** Never returns. */
    public static void main(String[] arguments) {
        try {
            new LandlockLauncher().run(List.of(arguments));
        } catch (Throwable e) {
            System.err.println("ik-landlock: " + e.getMessage());
        }
        Runtime.getRuntime().halt(CAN_NOT);
    }

    private void run(List<String> arguments) throws Throwable {
        long version = call(CREATE_RULESET, 0, 0, ASK_VERSION, 0);
        if (version < NEEDED_VERSION) {
            throw new IOException("needs Landlock " + NEEDED_VERSION + " (Linux 6.12), and this kernel has "
                    + (version < 0 ? "none" : version));
        }
        MemorySegment handled = arena.allocateFrom(JAVA_LONG, ALL, 0, SCOPED);
        long rules =
                checked("landlock_create_ruleset", call(CREATE_RULESET, handled.address(), handled.byteSize(), 0, 0));
        int at = 0;
        while (!arguments.get(at).equals("--")) {
            String path = arguments.get(at + 1);
            switch (arguments.get(at)) {
                case "view" -> allow(rules, path, VIEW);
                case "own" -> allow(rules, path, ALL);
                case "at" -> {
                    allow(rules, path, ALL);
                    at++;
                }
                default -> at++; // Where a link leads to is named by itself.
            }
            at += 2;
        }
        MethodHandle prctl = function("prctl", 1, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        checked("prctl", (int) prctl.invokeExact(NO_NEW_PRIVILEGES, 1L, 0L, 0L, 0L));
        checked("landlock_restrict_self", call(RESTRICT_SELF, rules, 0, 0, 0));
        become(arguments.subList(at + 1, arguments.size()));
    }

    private void allow(long rules, String path, long access) throws Throwable {
        MethodHandle open = function("open", 2, JAVA_INT, ADDRESS, JAVA_INT);
        int opened = (int) open.invokeExact(arena.allocateFrom(path), OPEN_PATH);
        if (opened < 0) {
            // What can't be opened here can't be opened there.
            return;
        }
        long allowed = Files.isDirectory(Path.of(path)) ? access : access & ON_FILES;
        MemorySegment rule = arena.allocate(12, 8);
        rule.set(JAVA_LONG, 0, allowed);
        rule.set(JAVA_INT, 8, opened);
        checked("landlock_add_rule for " + path, call(ADD_RULE, rules, PATH_BENEATH, rule.address(), 0));
    }

    /** The environment stays as it is. */
    private void become(List<String> command) throws Throwable {
        // The JVM blocks a signal that other programs may want.
        MethodHandle mask = function("pthread_sigmask", 3, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
        checked("pthread_sigmask", (int)
                mask.invokeExact(SET_MASK, arena.allocate(SIGNAL_SET_BYTES, 8), MemorySegment.NULL));
        // Of the JVM's own files nothing is handed on.
        checked("close_range", call(CLOSE_RANGE, FIRST_FILE, LAST_FILE, CLOSE_ON_EXECUTE, 0));
        MemorySegment pointers = arena.allocate(ADDRESS, command.size() + 1L);
        for (int i = 0; i < command.size(); i++) {
            pointers.setAtIndex(ADDRESS, i, arena.allocateFrom(command.get(i)));
        }
        MethodHandle execute = function("execv", 2, JAVA_INT, ADDRESS, ADDRESS);
        int result = (int) execute.invokeExact(arena.allocateFrom(command.getFirst()), pointers);
        throw new IOException(command.getFirst() + " can't be run (" + result + ")");
    }

    private long call(long number, long first, long second, long third, long fourth) throws Throwable {
        return (long) systemCall.invokeExact(number, first, second, third, fourth);
    }

    private static long checked(String what, long result) throws IOException {
        if (result < 0) {
            throw new IOException(what + " is refused");
        }
        return result;
    }

    /** @param fixed how many of the arguments are not variable ones */
    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        Linker.Option[] options = fixed < arguments.length
                ? new Linker.Option[] {Linker.Option.firstVariadicArg(fixed)}
                : new Linker.Option[0];
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments), options);
    }
}
