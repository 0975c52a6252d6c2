package dev.inferencekey.server.domain.engine;

import java.util.Set;

/** Rules for tests that start no engine: the built-in lists, and {@code /models} as the folder of models, none of which is there. */
public final class TestEngineRules {
    public static final EngineRules RULES =
            new EngineRules(EngineLists.builtIn(), TestEngineRules::find, Set.of("0.11.0"));

    private TestEngineRules() {}

    static ModelFiles.Place find(String path) {
        boolean outside = path.contains("..") || (path.startsWith("/") && !path.startsWith("/models/"));
        return outside ? new ModelFiles.Place.Outside() : new ModelFiles.Place.Missing();
    }
}
