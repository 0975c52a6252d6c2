package dev.inferencekey.server.domain.upstream;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the {@code config} of an {@code external} workload says. Immutable and thread-safe.
 *
 * <p>Notes. OpenAI clients append {@code /chat/completions} to their base URL. So does the gateway, if the path of {@code base_url} names a
 * version anywhere: {@code /v1}, {@code /v1beta/openai}, {@code /paas/v4}, {@code /api/v3}. An address without one, such as {@code
 * http://127.0.0.1:8000} or {@code https://host/prefix}, is that of a whole server, whose routes are below {@code /v1}. {@code append_v1}
 * decides it for the few that are neither.
 *
 * @param baseUrl without a slash at its end; routes are called at {@code <baseUrl>/v1/chat/completions} or {@code
 *     <baseUrl>/chat/completions}
 * @param routesBelowV1 which of the two
 * @param secretRef the name of the secret that it wants, null for none
 * @param streamUsage whether streams may be asked for their usage; false for servers that refuse {@code stream_options}
 */
public record UpstreamSettings(
        URI baseUrl, boolean routesBelowV1, @Nullable String secretRef, boolean streamUsage) {
    /** The key of {@link #baseUrl} in {@code config}. */
    public static final String BASE_URL = "base_url";

    /** The key of {@link #secretRef} in {@code config}. */
    public static final String SECRET_REF = "secret_ref";

    /** The key of {@link #streamUsage} in {@code config}. */
    public static final String STREAM_USAGE = "stream_usage";

    /** The key of {@link #routesBelowV1} in {@code config}; what the path of the address says by default. */
    public static final String APPEND_V1 = "append_v1";

    private static final Pattern VERSION = Pattern.compile("(?i)v[0-9]+(?:(?:alpha|beta|preview)[0-9]*)?");
    private static final String V1 = "/v1";

    /** @throws IllegalArgumentException with a sentence that names the offending key and repeats no part of the URL */
    public static UpstreamSettings parse(Map<String, ? extends @Nullable Object> config) {
        if (!(config.get(BASE_URL) instanceof String text)) {
            throw new IllegalArgumentException("config.base_url is missing: give the address of the model server");
        }
        URI url;
        try {
            url = new URI(withoutSlashes(text));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("config.base_url is not a URL");
        }
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        boolean plain = url.getRawUserInfo() == null && url.getRawQuery() == null && url.getRawFragment() == null;
        if (!(scheme.equals("http") || scheme.equals("https")) || url.getHost() == null || !plain) {
            throw new IllegalArgumentException(
                    "config.base_url must be http:// or https:// with a host, and without user, query or fragment");
        }
        boolean belowV1 = config.get(APPEND_V1) instanceof Boolean append ? append : !namesVersion(url.getRawPath());
        String secretRef = config.get(SECRET_REF) instanceof String name ? name : null;
        return new UpstreamSettings(url, belowV1, secretRef, asksForStreamUsage(config));
    }

    /** Whether streams may be asked for their usage; all backends but {@code external} know the question. */
    public static boolean asksForStreamUsage(@Nullable Map<String, ? extends @Nullable Object> config) {
        return config == null || !Boolean.FALSE.equals(config.get(STREAM_USAGE));
    }

    private static boolean namesVersion(String path) {
        for (String segment : path.split("/")) {
            if (VERSION.matcher(segment).matches()) {
                return true;
            }
        }
        return false;
    }

    private static String withoutSlashes(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '/') {
            end--;
        }
        return text.substring(0, end);
    }

    /** Where its models are listed. */
    public URI modelsUrl() {
        return URI.create(baseUrl + (routesBelowV1 ? V1 : "") + "/models");
    }

    /**
     * Why it must not have the secret that it refers to, as a sentence that says what to do; null if it may.
     *
     * @param binding of the secret
     */
    public @Nullable String refusal(SecretBinding binding) {
        if (secretRef == null || binding.covers(baseUrl)) {
            return null;
        }
        UpstreamHost called = UpstreamHost.of(baseUrl);
        return "the secret \"" + secretRef + "\" that config.secret_ref names is for " + binding.shownHosts()
                + " and is sent nowhere else, but config.base_url leads to " + called
                + "; an admin can store it for that host: ik secret set " + secretRef + " --host " + called;
    }
}
