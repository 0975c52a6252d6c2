package dev.inferencekey;

import java.time.Duration;
import java.util.Map;

/** Clients and credentials of the tests. The credentials are made up and open nothing. */
final class Clients {
    static final String SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    static final String TOKEN = "ik_sdk_a1b2c3d4_" + SECRET;
    static final String KEY = "ik_live_a1b2c3d4_" + SECRET;

    private Clients() {}

    /** Patient enough for a slow machine, short enough that a hanging test ends. */
    static final Duration LIMIT = Duration.ofSeconds(20);

    static ManagementClient.Builder management(FakeServer server) {
        return ManagementClient.builder()
                .environment(Map.of())
                .baseUrl(server.url())
                .token(TOKEN)
                .project("acme")
                .timeout(LIMIT);
    }

    static DataClient.Builder data(FakeServer server) {
        return DataClient.builder()
                .environment(Map.of())
                .baseUrl(server.url())
                .apiKey(KEY)
                .project("acme")
                .timeout(LIMIT);
    }

    static WorkloadSpec.Builder spec() {
        return WorkloadSpec.builder()
                .name("Support bot")
                .slug("support-bot")
                .backend("vllm")
                .model("google/gemma-4-26b");
    }
}
