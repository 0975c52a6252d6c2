package dev.inferencekey.bench.contender;

import java.util.Map;
import java.util.Optional;

/** Nothing in between: what the others add is counted from here. */
public final class Direct implements Contender {
    public static final String NAME = "direct";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "the model server itself, nothing in between";
    }

    @Override
    public String version() {
        return "-";
    }

    @Override
    public Optional<String> missing() {
        return Optional.empty();
    }

    /** The model server compiles itself. */
    @Override
    public boolean warmsUp() {
        return true;
    }

    @Override
    public Running start(Bench bench) {
        return new Running(
                NAME,
                new Target(bench.modelPort(), Bench.CHAT, Map.of("Authorization", "Bearer " + bench.key())),
                null);
    }

    @Override
    public boolean checksKeys() {
        return false;
    }
}
