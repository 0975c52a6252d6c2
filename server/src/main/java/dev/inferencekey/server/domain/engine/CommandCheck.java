package dev.inferencekey.server.domain.engine;

import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.workload.EngineCommand;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One reading of a command line against a list of flags. Problems are told as {@link IllegalArgumentException}, to go on after the field's name. */
final class CommandCheck {
    /** How people get more allowed; goes on after what is refused. */
    static final String OPERATOR_HINT = "an operator can allow it (ik server --engine-flags)";

    private final Engine engine;
    private final EngineList list;
    private final ModelFiles files;
    private final List<String> arguments = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    private List<String> words = List.of();
    private int next;

    CommandCheck(Engine engine, EngineList list, ModelFiles files) {
        this.engine = engine;
        this.list = list;
        this.files = files;
    }

    CheckedCommand check(EngineCommand command) {
        List<String> all = command.arguments();
        List<String> beginning = engine.beginnings().stream()
                .filter(words -> all.size() >= words.size()
                        && all.subList(0, words.size()).equals(words))
                .findFirst()
                .orElseThrow(this::wrongProgram);
        words = all.subList(beginning.size(), all.size());
        while (next < words.size()) {
            String word = words.get(next++);
            if (word.startsWith("-")) {
                flag(word);
            } else if (engine.modelFirst() && !seen.contains("")) {
                positional(word);
            } else {
                throw new IllegalArgumentException("must not hold " + JsonFields.show(word)
                        + " where a flag is expected; flags begin with -, and each takes at most one value");
            }
        }
        if (!seen.contains("") && engine.modelFlags().stream().noneMatch(seen::contains)) {
            throw new IllegalArgumentException("names no model; add "
                    + String.join(" or ", engine.modelFlags()) + " and the model after `" + String.join(" ", beginning)
                    + "`");
        }
        return new CheckedCommand(beginning, arguments, missing);
    }

    private IllegalArgumentException wrongProgram() {
        List<String> programs = engine.beginnings().stream()
                .map(words -> "`" + String.join(" ", words) + "`")
                .toList();
        return new IllegalArgumentException("must begin with " + String.join(" or ", programs)
                + ", without a path: this backend runs nothing else");
    }

    private void positional(String model) {
        seen.add("");
        arguments.add(value("the model", ValueKind.ModelPath.REPOSITORY, model));
    }

    private void flag(String word) {
        int equals = word.startsWith("--") ? word.indexOf('=') : -1;
        String spelling = equals < 0 ? word : word.substring(0, equals);
        engine.reserved(spelling.startsWith("--") ? spelling.replace('_', '-') : spelling)
                .ifPresent(why -> {
                    throw new IllegalArgumentException("must not set " + spelling + ": " + why);
                });
        EngineFlag flag = list.flag(spelling)
                .orElseThrow(() -> new IllegalArgumentException(
                        "must not carry " + JsonFields.show(spelling) + ": declarations may carry listed flags of "
                                + engine.program() + " only, written out, and this is none; " + OPERATOR_HINT));
        // As it is listed, not in one spelling for all: versions of an engine differ in which they know.
        String listed = flag.names().contains(spelling) ? spelling : spelling.replace('_', '-');
        if (!seen.add(flag.name()) && !flag.repeatable()) {
            throw new IllegalArgumentException("gives " + spelling + " twice; keep one");
        }
        arguments.add(listed);
        switch (flag.kind()) {
            case ValueKind.None _ -> {
                if (equals >= 0) {
                    throw new IllegalArgumentException("gives " + spelling + " a value, but it takes none");
                }
            }
            case ValueKind.Choice choice
            when choice.optional() && equals < 0 -> {
                if (next < words.size() && choice.accepts(words.get(next))) {
                    arguments.add(words.get(next++));
                }
            }
            default -> {
                if (equals < 0 && next == words.size()) {
                    throw new IllegalArgumentException("ends with " + spelling + ", which needs a value after it");
                }
                String value = equals < 0 ? words.get(next++) : word.substring(equals + 1);
                arguments.add(value(spelling, flag.kind(), value));
            }
        }
    }

    private String value(String of, ValueKind kind, String value) {
        if (!kind.accepts(value)) {
            throw wrong(of, kind, value);
        }
        if (!(kind instanceof ValueKind.ModelPath model) || !model.isPath(value)) {
            return value;
        }
        return switch (files.find(value)) {
            case ModelFiles.Place.Inside inside -> {
                if (model != ValueKind.ModelPath.REPOSITORY
                        && inside.folder() != (model == ValueKind.ModelPath.FOLDER)) {
                    throw wrong(of, kind, value);
                }
                yield inside.path();
            }
            case ModelFiles.Place.Missing _ -> {
                missing.add(value);
                yield value;
            }
            case ModelFiles.Place.Outside _ ->
                throw new IllegalArgumentException("gives " + of + " the value " + JsonFields.show(value)
                        + ", which leads out of this platform's model folders; name a file in them, such as "
                        + "qwen3.gguf, or have an operator add its folder (ik server --models)");
        };
    }

    private static IllegalArgumentException wrong(String of, ValueKind kind, String value) {
        return new IllegalArgumentException(
                "gives " + of + " the value " + JsonFields.show(value) + ", which must be " + kind.rule());
    }
}
