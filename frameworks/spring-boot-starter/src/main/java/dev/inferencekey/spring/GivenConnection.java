package dev.inferencekey.spring;

import org.jspecify.annotations.Nullable;

/** A connection that somebody wrote down. Immutable. */
record GivenConnection(
        @Nullable String baseUrl,
        @Nullable String project,
        @Nullable String sdkToken,
        @Nullable String apiKey) implements InferenceKeyConnectionDetails {
    @Override
    public @Nullable String getBaseUrl() {
        return baseUrl;
    }

    @Override
    public @Nullable String getProject() {
        return project;
    }

    @Override
    public @Nullable String getSdkToken() {
        return sdkToken;
    }

    @Override
    public @Nullable String getApiKey() {
        return apiKey;
    }

    /** With the public parts of credentials. */
    @Override
    public String toString() {
        return "InferenceKeyConnectionDetails[" + baseUrl + ", project=" + project + ", sdkToken="
                + InferenceKeyProperties.shown(sdkToken) + ", apiKey=" + InferenceKeyProperties.shown(apiKey) + "]";
    }
}
