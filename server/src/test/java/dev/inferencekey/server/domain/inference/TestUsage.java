package dev.inferencekey.server.domain.inference;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Usage records for tests: a chat that was answered, unless told otherwise. Not thread-safe. */
public final class TestUsage {
    private final String id;
    private final Instant at;
    private String requestId;
    private String project = "acme";
    private String workloadId = "wl_1";
    private String workloadSlug = "bot";
    private String keyId = "key_1";
    private String publicId = "0000abcd";
    private @Nullable String model = "tiny";
    private int status = 200;
    private @Nullable Long input = 1L;
    private @Nullable Long output = 2L;
    private long durationMicros = 1_000;
    private @Nullable Long firstByteMicros = 400L;
    private boolean streamed;
    private @Nullable String error;
    private @Nullable String unbooked;

    private TestUsage(String id, Instant at) {
        this.id = id;
        this.at = at;
        this.requestId = "req_of_" + id;
    }

    public static TestUsage of(String id, Instant at) {
        return new TestUsage(id, at);
    }

    public TestUsage requestId(String value) {
        requestId = value;
        return this;
    }

    public TestUsage project(String slug) {
        project = slug;
        return this;
    }

    public TestUsage workload(String workload, String slug) {
        workloadId = workload;
        workloadSlug = slug;
        return this;
    }

    public TestUsage key(String key, String secretPublicId) {
        keyId = key;
        publicId = secretPublicId;
        return this;
    }

    /** No model server was reached, and so no tokens were counted. */
    public TestUsage refused(int with) {
        model = null;
        input = null;
        output = null;
        firstByteMicros = null;
        return status(with);
    }

    public TestUsage status(int value) {
        status = value;
        return this;
    }

    public TestUsage tokens(@Nullable Long ofInput, @Nullable Long ofOutput) {
        input = ofInput;
        output = ofOutput;
        return this;
    }

    public TestUsage durationMicros(long value) {
        durationMicros = value;
        return this;
    }

    public TestUsage streamed() {
        streamed = true;
        return this;
    }

    /** @param code of what broke its answer; null if nothing did */
    public TestUsage error(@Nullable String code) {
        error = code;
        return this;
    }

    public TestUsage unbooked(String spending) {
        unbooked = spending;
        return this;
    }

    public UsageRecord record() {
        return new UsageRecord(
                id,
                requestId,
                at,
                project,
                workloadId,
                workloadSlug,
                keyId,
                publicId,
                "192.0.2.7",
                "v1/chat/completions",
                model,
                status,
                input,
                output,
                null,
                durationMicros,
                firstByteMicros,
                10,
                20,
                streamed,
                false,
                false,
                error,
                null,
                unbooked);
    }
}
