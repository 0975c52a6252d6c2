package dev.inferencekey.quarkus.internal;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.quarkus.InferenceKeyConfig;
import dev.inferencekey.quarkus.InferenceKeyConfig.EndpointSettings;
import io.smallrye.config.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The values that hold; null for what is absent or blank. Making one checks that credentials are what they should be and that there are not
 * both kinds: clients are made after it. Immutable; {@code toString} shows no credential.
 */
final class Connection {
    static final String SDK_TOKEN = "inferencekey.sdk-token";
    static final String API_KEY = "inferencekey.api-key";

    private final @Nullable String baseUrl;
    private final @Nullable String project;
    private final @Nullable String sdkToken;
    private final @Nullable String apiKey;

    /** @throws StartupFailure if a credential is no credential or of the wrong kind, or there are both kinds and they are not allowed */
    Connection(InferenceKeyConfig config) {
        this.baseUrl = present(config.baseUrl());
        this.project = present(config.project());
        this.sdkToken = secret(config.sdkToken());
        this.apiKey = secret(config.apiKey());

        List<String> keys = new ArrayList<>();
        if (apiKey != null) {
            requireApiKey(API_KEY, apiKey);
            keys.add(API_KEY);
        }
        for (Map.Entry<String, EndpointSettings> endpoint : new TreeMap<>(config.endpoints()).entrySet()) {
            String key = secret(endpoint.getValue().apiKey());
            if (key != null) {
                String property = property(endpoint.getKey(), "api-key");
                requireApiKey(property, key);
                keys.add(property);
            }
        }
        if (sdkToken != null) {
            requireSdkToken(sdkToken);
            if (!keys.isEmpty() && !config.allowBothCredentials()) {
                throw StartupFailure.bothCredentials(keys);
            }
        }
    }

    @Nullable
    String baseUrl() {
        return baseUrl;
    }

    @Nullable
    String project() {
        return project;
    }

    @Nullable
    String sdkToken() {
        return sdkToken;
    }

    @Nullable
    String apiKey() {
        return apiKey;
    }

    /** The name of an endpoint's setting, as people write it. */
    static String property(String endpoint, String setting) {
        return "inferencekey.endpoints." + (endpoint.contains(".") ? '"' + endpoint + '"' : endpoint) + "." + setting;
    }

    static @Nullable String present(Optional<String> value) {
        return value.map(String::strip).filter(text -> !text.isEmpty()).orElse(null);
    }

    static @Nullable String secret(Optional<Secret<String>> value) {
        return present(value.map(Secret::get));
    }

    private static void requireApiKey(String property, String text) {
        if (text.startsWith(SdkToken.PREFIX)) {
            throw StartupFailure.wrongKind(
                    property,
                    "an SDK token (ik_sdk_…), which can't call workloads",
                    "an API key (ik_live_…)",
                    SDK_TOKEN);
        }
        if (LiveKey.parse(text).isEmpty()) {
            throw StartupFailure.malformed(property, text, "an API key", LiveKey.PREFIX);
        }
    }

    private static void requireSdkToken(String text) {
        if (text.startsWith(LiveKey.PREFIX)) {
            throw StartupFailure.wrongKind(
                    SDK_TOKEN,
                    "an API key (ik_live_…), which can't provision workloads",
                    "an SDK token (ik_sdk_…)",
                    API_KEY);
        }
        if (SdkToken.parse(text).isEmpty()) {
            throw StartupFailure.malformed(SDK_TOKEN, text, "an SDK token", SdkToken.PREFIX);
        }
    }

    /** Nothing that opens anything. */
    @Override
    public String toString() {
        return "Connection[" + baseUrl + ", project=" + project + "]";
    }
}
