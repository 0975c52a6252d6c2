package dev.inferencekey.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where the server is and what opens it, from somewhere else than properties: a bean of this type, in tests most often, beats {@code
 * inferencekey.base-url}, {@code .project}, {@code .sdk-token} and {@code .api-key}. What it leaves out is taken from them.
 */
public interface InferenceKeyConnectionDetails extends ConnectionDetails {
    /** The server's address. */
    @Nullable
    String getBaseUrl();

    /** The project's slug. */
    @Nullable
    String getProject();

    /** The {@code ik_sdk_} token; none by default. */
    default @Nullable String getSdkToken() {
        return null;
    }

    /** The {@code ik_live_} key; none by default. */
    default @Nullable String getApiKey() {
        return null;
    }

    /** For an application that calls workloads. */
    static InferenceKeyConnectionDetails ofApiKey(String baseUrl, String project, String apiKey) {
        return new GivenConnection(baseUrl, project, null, apiKey);
    }

    /** For an application that provisions workloads. */
    static InferenceKeyConnectionDetails ofSdkToken(String baseUrl, String project, String sdkToken) {
        return new GivenConnection(baseUrl, project, sdkToken, null);
    }
}
