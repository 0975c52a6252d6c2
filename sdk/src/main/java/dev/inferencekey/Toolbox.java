package dev.inferencekey;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Tools with the Java code behind them, for {@link Endpoint#runTools}. Immutable; as thread-safe as its functions are.
 *
 * {@snippet :
 * record FindOrder(@Description("such as A-17") String number) {}
 *
 * Toolbox toolbox = Toolbox.builder()
 *         .tool("find_order", "Finds an order by its number.", FindOrder.class, find -> orders.find(find.number()))
 *         .build();
 * System.out.println(bot.runTools(TextParams.ofPrompt("Where is order A-17?"), toolbox).answer().text());
 * }
 *
 * <p>The model chooses the arguments, and whoever writes the prompt steers the model: a function must do no more than the person who asks
 * may do.
 */
public final class Toolbox {
    private static final int USUAL_ROUNDS = 10;

    private final Map<String, Entry> entries;
    private final int maxRounds;

    private record Entry(Tool tool, Function<ToolCall, Object> function) {}

    private Toolbox(Builder builder) {
        this.entries = new LinkedHashMap<>(builder.entries);
        this.maxRounds = builder.maxRounds;
    }

    /** An empty builder. */
    public static Builder builder() {
        return new Builder();
    }

    List<Tool> tools() {
        return entries.values().stream().map(Entry::tool).toList();
    }

    int maxRounds() {
        return maxRounds;
    }

    /** Calls the function, and says to the model what came of it; of its own mistakes, too, so that it can mend them. */
    String call(ToolCall call) {
        Entry entry = entries.get(call.name());
        if (entry == null) {
            return "error: there is no tool of this name; the tools are " + String.join(", ", entries.keySet());
        }
        Object result;
        try {
            result = entry.function().apply(call);
        } catch (Unfit e) {
            return "error: " + e.reason;
        }
        return ToolOutput.text(result, call.name());
    }

    /** The arguments do not fit the record. A type of its own: a function may throw any other. */
    private static final class Unfit extends RuntimeException {
        private final String reason;

        Unfit(String reason) {
            super(reason, null, false, false);
            this.reason = reason;
        }
    }

    /** The names of the tools. */
    @Override
    public String toString() {
        return "Toolbox" + entries.keySet();
    }

    /** Collects tools. Not thread-safe. */
    public static final class Builder {
        private final Map<String, Entry> entries = new LinkedHashMap<>();
        private int maxRounds = USUAL_ROUNDS;

        private Builder() {}

        /**
         * A tool whose parameters are a record's components, see {@link Tool#of(String, String, Class)}.
         *
         * @param function gives back what the model is told: a text, or what JSON is made of: records, enums, lists, maps, numbers,
         *     booleans, times, null. What it throws ends the run, and is thrown from there; give back a text if the model should know
         *     of a failure
         */
        public <T> Builder tool(String name, String description, Class<T> parameters, Function<? super T, ?> function) {
            return add(Tool.of(name, description, parameters), call -> {
                T arguments;
                try {
                    arguments = call.arguments(parameters);
                } catch (ObjectMismatchException e) {
                    throw new Unfit(String.valueOf(e.getMessage()));
                }
                return function.apply(arguments);
            });
        }

        /** A tool without parameters. */
        public Builder tool(String name, String description, Supplier<?> function) {
            return add(Tool.of(name, description), call -> function.get());
        }

        /** Any tool; the function reads the arguments itself, which may be anything. */
        public Builder tool(Tool tool, Function<ToolCall, ?> function) {
            return add(tool, function::apply);
        }

        private Builder add(Tool tool, Function<ToolCall, Object> function) {
            if (entries.put(tool.name(), new Entry(tool, function)) != null) {
                throw new ValidationException("two tools have the name " + tool.name());
            }
            return this;
        }

        /** How often the model may be asked before it must have answered in words, at least 1; default 10. */
        public Builder maxRounds(int value) {
            if (value < 1) {
                throw new ValidationException("maxRounds must be at least 1");
            }
            this.maxRounds = value;
            return this;
        }

        /** @throws ValidationException if there is no tool */
        public Toolbox build() {
            if (entries.isEmpty()) {
                throw new ValidationException("a toolbox must have at least one tool");
            }
            return new Toolbox(this);
        }
    }
}
