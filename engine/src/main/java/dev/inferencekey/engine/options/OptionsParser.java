package dev.inferencekey.engine.options;

import de.kherud.llama.args.PoolingType;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One parse of a command line; the flags that the engine itself understands, and {@link NativeFlag} for the rest. */
final class OptionsParser {
    private static final Map<String, NativeFlag> NATIVE = new HashMap<>();

    // Flags of llama-server for what is so here in any case: accepting them keeps command lines portable.
    private static final Set<String> ALWAYS_SO =
            Set.of("--no-context-shift", "--no-webui", "--no-slots", "--log-disable", "--metrics");

    static {
        for (NativeFlag flag : NativeFlag.values()) {
            for (String name : flag.names()) {
                NATIVE.put(name, flag);
            }
        }
    }

    private String host = "127.0.0.1";
    private int port;
    private @Nullable Path model;
    private @Nullable String alias;
    private int contextSize = EngineOptions.DEFAULT_CONTEXT;
    private int parallel = 1;
    private int predictLimit = -1;
    private int microBatch = EngineOptions.DEFAULT_MICRO_BATCH;
    private boolean embedding;
    private boolean reranking;
    private PoolingType pooling = PoolingType.UNSPECIFIED;
    private boolean jinja;
    private boolean verbose;
    private final Map<NativeFlag, String> nativeFlags = new EnumMap<>(NativeFlag.class);

    private String[] arguments = {};
    private int next;

    EngineOptions parse(String... line) {
        arguments = line.clone();
        for (next = 0; next < arguments.length; ) {
            String argument = arguments[next++];
            int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
            if (equals < 0) {
                flag(argument, null);
            } else {
                flag(argument.substring(0, equals), argument.substring(equals + 1));
            }
        }
        return finish();
    }

    private void flag(String name, @Nullable String attached) {
        switch (name) {
            case "--host" -> host = value(name, attached);
            case "--port" -> port = integer(name, attached, 0, 65_535);
            case "-m", "--model" -> model = path(name, value(name, attached));
            case "-a", "--alias" -> alias = value(name, attached);
            case "-c", "--ctx-size" -> contextSize = integer(name, attached, 0, 1 << 24);
            case "-np", "--parallel" -> parallel = integer(name, attached, 1, 256);
            case "-n", "--predict", "--n-predict" -> predictLimit = integer(name, attached, -1, 1 << 24);
            case "-ub", "--ubatch-size" -> microBatch = integer(name, attached, 1, 1 << 20);
            case "--embedding", "--embeddings" -> embedding = on(name, attached);
            case "--reranking", "--rerank" -> reranking = on(name, attached);
            case "--pooling" -> pooling = pooling(name, value(name, attached));
            case "--jinja" -> jinja = on(name, attached);
            case "-v", "--verbose" -> verbose = on(name, attached);
            case "--api-key", "--api-key-file" ->
                throw new UsageException(name + " is not for the command line:"
                        + " the platform gives each replica its own secret on standard input; remove the flag.");
            default -> other(name, attached);
        }
    }

    private void other(String name, @Nullable String attached) {
        NativeFlag flag = NATIVE.get(name);
        if (flag != null) {
            nativeFlags.put(flag, nativeValue(flag.kind(), name, attached));
        } else if (ALWAYS_SO.contains(name)) {
            on(name, attached);
        } else if (name.startsWith("-")) {
            throw new UsageException("The embedded engine does not know the flag " + name
                    + "; remove it, or put llama-server on the PATH to have the command run by it.");
        } else {
            throw new UsageException("The word \"" + name + "\" stands alone; flags start with - and take one value.");
        }
    }

    private String nativeValue(Kind kind, String name, @Nullable String attached) {
        String bare = kind.bare();
        if (kind.takesNoValue()) {
            on(name, attached);
            return "";
        }
        if (bare != null
                && attached == null
                && (next == arguments.length || !kind.accepts().test(arguments[next]))) {
            return bare;
        }
        String value = value(name, attached);
        if (!kind.accepts().test(value)) {
            throw wrong(name, kind.expected(), value);
        }
        return value;
    }

    private String value(String name, @Nullable String attached) {
        String value = attached;
        if (value == null) {
            if (next == arguments.length) {
                throw new UsageException("The flag " + name + " needs a value after it.");
            }
            value = arguments[next++];
        }
        if (value.isBlank() || value.indexOf('\0') >= 0) {
            throw new UsageException("The flag " + name + " needs a value that is not empty.");
        }
        return value;
    }

    private int integer(String name, @Nullable String attached, int least, int most) {
        String value = value(name, attached);
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, as for numbers out of range.
        }
        throw wrong(name, "a whole number from " + least + " to " + most, value);
    }

    private static boolean on(String name, @Nullable String attached) {
        if (attached != null) {
            throw new UsageException("The flag " + name + " takes no value; write it alone.");
        }
        return true;
    }

    private static Path path(String name, String value) {
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw wrong(name, "the path of a .gguf file", value);
        }
    }

    private static PoolingType pooling(String name, String value) {
        return Arrays.stream(PoolingType.values())
                .filter(type -> type != PoolingType.UNSPECIFIED)
                .filter(type -> type.name().toLowerCase(Locale.ROOT).equals(value))
                .findAny()
                .orElseThrow(() -> wrong(name, "one of none, mean, cls, last, rank", value));
    }

    private static UsageException wrong(String name, String expected, String value) {
        return new UsageException("The flag " + name + " takes " + expected + ", not \"" + value + "\".");
    }

    private EngineOptions finish() {
        Path file = model;
        if (file == null) {
            throw new UsageException("No model is named; add -m FILE.gguf.");
        }
        if (embedding && reranking) {
            throw new UsageException(
                    "--embedding and --reranking exclude each other here; keep the one that the workload serves.");
        }
        if (jinja && nativeFlags.containsKey(NativeFlag.CHAT_TEMPLATE)) {
            throw new UsageException("--chat-template names a built-in format, which --jinja does not use; keep one.");
        }
        Task task = reranking ? Task.RERANK : embedding ? Task.EMBED : Task.GENERATE;
        return new EngineOptions(
                host,
                port,
                file,
                alias == null ? nameOf(file) : alias,
                contextSize,
                parallel,
                predictLimit,
                microBatch,
                task,
                pooling,
                jinja,
                verbose,
                nativeFlags);
    }

    // The bare name: an answer must not tell where on the machine the file lies.
    private static String nameOf(Path file) {
        Path name = file.getFileName();
        String text = name == null ? "model" : name.toString();
        return text.endsWith(".gguf") && text.length() > 5 ? text.substring(0, text.length() - 5) : text;
    }
}
