package dev.inferencekey.spring;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.spring.InferenceKeyProperties.EndpointSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The values that hold, whether from properties or from {@link InferenceKeyConnectionDetails}; null for what is absent or blank. Making one
 * checks that placeholders were replaced, that credentials are what they should be and that there are not both kinds: clients are made after
 * it.
 */
final class Connection {
    static final String BASE_URL = "inferencekey.base-url";
    static final String PROJECT = "inferencekey.project";
    static final String SDK_TOKEN = "inferencekey.sdk-token";
    static final String API_KEY = "inferencekey.api-key";

    /** What a client of OpenAI's is given: the server's own address ends before it. */
    private static final Pattern OF_A_WORKLOAD = Pattern.compile("/endpoint/[^/]+/[^/]+(?:/v1)?/*$|/v1/*$");

    private final @Nullable String baseUrl;
    private final @Nullable String project;
    private final @Nullable String sdkToken;
    private final @Nullable String apiKey;

    /** @throws StartupFailure if a placeholder was not replaced, the address has another form, a credential is no credential or of the wrong kind, or there are both kinds and they are not allowed */
    Connection(InferenceKeyProperties properties, @Nullable InferenceKeyConnectionDetails details) {
        this.baseUrl = first(details == null ? null : details.getBaseUrl(), properties.baseUrl());
        this.project = first(details == null ? null : details.getProject(), properties.project());
        this.sdkToken = first(details == null ? null : details.getSdkToken(), properties.sdkToken());
        this.apiKey = first(details == null ? null : details.getApiKey(), properties.apiKey());
        if (baseUrl != null) {
            requireBaseUrl(baseUrl);
        }
        Placeholders.requireResolved(PROJECT, project);

        List<String> keys = new ArrayList<>();
        if (apiKey != null) {
            requireApiKey(API_KEY, apiKey);
            keys.add(API_KEY);
        }
        for (Map.Entry<String, EndpointSettings> endpoint :
                properties.endpoints().entrySet()) {
            Placeholders.requireResolved(
                    property(endpoint.getKey(), "workload"), endpoint.getValue().workload());
            Placeholders.requireResolved(
                    property(endpoint.getKey(), "project"), endpoint.getValue().project());
            String key = present(endpoint.getValue().apiKey());
            if (key != null) {
                String property = property(endpoint.getKey(), "api-key");
                requireApiKey(property, key);
                keys.add(property);
            }
        }
        if (sdkToken != null) {
            requireSdkToken(sdkToken);
            if (!keys.isEmpty() && !properties.allowBothCredentials()) {
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
        return "inferencekey.endpoints." + endpoint + "." + setting;
    }

    static @Nullable String present(@Nullable String value) {
        return value == null || value.isBlank() ? null : value.strip();
    }

    private static @Nullable String first(@Nullable String given, @Nullable String otherwise) {
        String value = present(given);
        return value == null ? present(otherwise) : value;
    }

    /** What is often written in its place; the rest of its form is the client's to check. */
    private static void requireBaseUrl(String text) {
        Placeholders.requireResolved(BASE_URL, text);
        String shown = Redaction.scrubAddress(text);
        if (!text.contains("://")) {
            throw StartupFailure.noScheme(shown);
        }
        if (OF_A_WORKLOAD.matcher(text).find()) {
            throw StartupFailure.addressOfAWorkload(shown);
        }
    }

    private static void requireApiKey(String property, String text) {
        Placeholders.requireResolved(property, text);
        if (text.startsWith(SdkToken.PREFIX)) {
            throw StartupFailure.wrongKind(
                    property,
                    "an SDK token (ik_sdk_…), which can't call workloads",
                    "an API key (ik_live_…)",
                    SDK_TOKEN);
        }
        if (LiveKey.parse(text).isEmpty()) {
            throw StartupFailure.malformed(property, "an API key", LiveKey.PREFIX);
        }
    }

    private static void requireSdkToken(String text) {
        Placeholders.requireResolved(SDK_TOKEN, text);
        if (text.startsWith(LiveKey.PREFIX)) {
            throw StartupFailure.wrongKind(
                    SDK_TOKEN,
                    "an API key (ik_live_…), which can't provision workloads",
                    "an SDK token (ik_sdk_…)",
                    API_KEY);
        }
        if (SdkToken.parse(text).isEmpty()) {
            throw StartupFailure.malformed(SDK_TOKEN, "an SDK token", SdkToken.PREFIX);
        }
    }

    /** Nothing that opens anything. */
    @Override
    public String toString() {
        return "Connection[" + baseUrl + ", project=" + project + "]";
    }
}
