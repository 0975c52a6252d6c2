package dev.inferencekey.server.domain.engine;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The lists of all engines. Immutable.
 *
 * <p>Notes. Lists are written as text, the built-in ones ({@link BuiltInList}) as well as an operator's: a line {@code [ENGINE, …]}
 * says which engines the lines after it are for; then each line is a flag with its spellings and the kind of its value, or {@code env}
 * with a variable and the kind of its value. {@code #} begins a comment.
 */
public final class EngineLists {
    private static final Pattern SPELLING = Pattern.compile("--?[A-Za-z0-9][A-Za-z0-9_-]{0,63}");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,63}");
    private static final Pattern LINE = Pattern.compile("([^\\s,]+(?:, *[^\\s,]+)*)\\s+(\\S.*)");
    private static final Pattern RANGE = Pattern.compile("(-?[0-9]{1,18})\\.\\.(-?[0-9]{1,18})(?: or (\\S+))?");
    private static final Pattern DECIMAL_RANGE =
            Pattern.compile("(-?[0-9]{1,18}(?:\\.[0-9]{1,18})?)\\.\\.(-?[0-9]{1,18}(?:\\.[0-9]{1,18})?)");
    private static final String REPEATABLE = ", repeatable";
    private static final String ENV = "env ";

    /** Variables that load code into a program or lead it elsewhere, and those that the platform sets: nobody may allow them. */
    private static final Pattern RESERVED_VARIABLE = Pattern.compile(
            "LD_.*|DYLD_.*|PATH|PYTHON.*|BASH_ENV|ENV|IFS|HOME|INFERENCEKEY_.*|IK_.*|LLAMA_API_KEY|LLAMA_ARG_.*|VLLM_API_KEY|OLLAMA_HOST|OLLAMA_MODELS");

    private final Map<Engine, EngineList> lists;

    private EngineLists(Map<Engine, EngineList> lists) {
        this.lists = new EnumMap<>(lists);
    }

    /** What declarations may say where the operator does not say more. */
    public static EngineLists builtIn() {
        return BuiltIn.LISTS;
    }

    private static final class BuiltIn {
        static final EngineLists LISTS = new EngineLists(new EnumMap<>(Engine.class)).plus(BuiltInList.TEXT);
    }

    /**
     * These lists and what the text adds to them.
     *
     * @throws IllegalArgumentException if the text is not such a list; the message names the line and says what is wrong, in one
     *     sentence
     */
    public EngineLists plus(String text) {
        Map<Engine, EngineList> all = new EnumMap<>(Engine.class);
        all.putAll(lists);
        List<Engine> engines = List.of();
        int number = 0;
        for (String raw : text.split("\\R", -1)) {
            number++;
            int comment = raw.indexOf('#');
            String line = (comment < 0 ? raw : raw.substring(0, comment)).strip();
            try {
                if (line.startsWith("[")) {
                    engines = header(line);
                } else if (!line.isEmpty()) {
                    add(all, engines, line);
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
            }
        }
        return new EngineLists(all);
    }

    public EngineList of(Engine engine) {
        return lists.getOrDefault(engine, EngineList.EMPTY);
    }

    private static List<Engine> header(String line) {
        if (!line.endsWith("]")) {
            throw new IllegalArgumentException("a line that begins with [ must end with ]");
        }
        return Arrays.stream(line.substring(1, line.length() - 1).split(","))
                .map(name -> Engine.named(name.strip())
                        .orElseThrow(() -> new IllegalArgumentException("unknown engine " + name.strip()
                                + "; known ones are "
                                + String.join(
                                        ", ",
                                        Arrays.stream(Engine.values())
                                                .map(Engine::program)
                                                .toList()))))
                .toList();
    }

    private static void add(Map<Engine, EngineList> all, List<Engine> engines, String line) {
        if (engines.isEmpty()) {
            throw new IllegalArgumentException("a line [ENGINE] must come first, such as [llama-server]");
        }
        boolean variable = line.startsWith(ENV);
        Matcher parts = LINE.matcher(variable ? line.substring(ENV.length()).strip() : line);
        if (!parts.matches()) {
            throw new IllegalArgumentException("a flag or variable and the kind of its value must stand here, such as "
                    + "--chat-template-file model-file");
        }
        for (Engine engine : engines) {
            EngineList more = variable ? variable(parts.group(1), parts.group(2)) : flag(engine, parts);
            all.merge(engine, more, EngineList::plus);
        }
    }

    private static EngineList variable(String name, String kind) {
        if (!VARIABLE.matcher(name).matches()) {
            throw new IllegalArgumentException(name + " is not the name of an environment variable");
        }
        if (RESERVED_VARIABLE.matcher(name.toUpperCase(Locale.ROOT)).matches()) {
            throw new IllegalArgumentException("the variable " + name
                    + " can't be allowed: it leads a program elsewhere, or the platform sets it");
        }
        ValueKind parsed = kind(kind);
        if (parsed instanceof ValueKind.None || parsed instanceof ValueKind.ModelPath) {
            throw new IllegalArgumentException("the kind " + kind + " is for flags only");
        }
        return new EngineList(Map.of(), Map.of(name, parsed));
    }

    private static EngineList flag(Engine engine, Matcher parts) {
        List<String> names =
                Arrays.stream(parts.group(1).split(",")).map(String::strip).toList();
        for (String name : names) {
            if (!SPELLING.matcher(name).matches()) {
                throw new IllegalArgumentException(name + " is not a flag; flags begin with -");
            }
            engine.reserved(name).ifPresent(why -> {
                throw new IllegalArgumentException("the flag " + name + " can't be allowed: " + why);
            });
        }
        String kind = parts.group(2);
        boolean repeatable = kind.endsWith(REPEATABLE);
        ValueKind parsed = kind(repeatable ? kind.substring(0, kind.length() - REPEATABLE.length()) : kind);
        if (parsed == ValueKind.Shape.SECRET) {
            throw new IllegalArgumentException(
                    "a secret can't be the value of a flag, which other users of the machine see");
        }
        EngineFlag flag = new EngineFlag(names, parsed, repeatable);
        Map<String, EngineFlag> flags = new LinkedHashMap<>();
        names.forEach(name -> flags.put(name, flag));
        return new EngineList(flags, Map.of());
    }

    private static ValueKind kind(String text) {
        String[] words = text.split("\\s+", 2);
        String rest = words.length == 1 ? "" : words[1];
        return switch (words[0]) {
            case "none" -> new ValueKind.None();
            case "integer" -> whole(rest);
            case "number" -> decimal(rest);
            case "choice", "optional" -> choice(words[0].equals("optional"), rest);
            case "model-file" -> ValueKind.ModelPath.FILE;
            case "model-folder" -> ValueKind.ModelPath.FOLDER;
            case "model" -> ValueKind.ModelPath.REPOSITORY;
            default -> shape(words[0]);
        };
    }

    private static ValueKind whole(String range) {
        if (range.isEmpty()) {
            return new ValueKind.Whole(Long.MIN_VALUE, Long.MAX_VALUE, List.of());
        }
        Matcher bounds = RANGE.matcher(range);
        if (!bounds.matches()) {
            throw new IllegalArgumentException("the range of an integer is written as 0..10, or as 0..10 or auto|all");
        }
        return new ValueKind.Whole(
                Long.parseLong(bounds.group(1)),
                Long.parseLong(bounds.group(2)),
                bounds.group(3) == null ? List.of() : choices(bounds.group(3)));
    }

    private static ValueKind decimal(String range) {
        if (range.isEmpty()) {
            return new ValueKind.Decimal(BigDecimal.valueOf(Long.MIN_VALUE), BigDecimal.valueOf(Long.MAX_VALUE));
        }
        Matcher bounds = DECIMAL_RANGE.matcher(range);
        if (!bounds.matches()) {
            throw new IllegalArgumentException("the range of a number is written as 0..1.5");
        }
        return new ValueKind.Decimal(new BigDecimal(bounds.group(1)), new BigDecimal(bounds.group(2)));
    }

    private static ValueKind choice(boolean optional, String words) {
        List<String> choices = choices(words);
        if (choices.stream().anyMatch(word -> word.isEmpty() || word.startsWith("-"))) {
            throw new IllegalArgumentException(
                    "the words of a choice are written as auto|on|off, and none begins with -");
        }
        return new ValueKind.Choice(choices, optional);
    }

    private static List<String> choices(String words) {
        return Arrays.stream(words.split("\\|", -1)).map(String::strip).toList();
    }

    private static ValueKind shape(String word) {
        for (ValueKind.Shape shape : ValueKind.Shape.values()) {
            if (shape.name().toLowerCase(Locale.ROOT).equals(word)) {
                return shape;
            }
        }
        String shapes = Arrays.stream(ValueKind.Shape.values())
                .map(shape -> shape.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        throw new IllegalArgumentException("unknown kind " + word + "; known ones are none, integer, number, choice, "
                + "optional, model-file, model-folder, model, " + shapes);
    }
}
