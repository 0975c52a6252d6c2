package dev.inferencekey.server.manager.http;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where applications reach the data plane, which is not always where people reach the control plane.
 *
 * @param publicUrl what was configured, without trailing slash; null to conclude it from each request
 * @param apart the data plane's own address, null if both planes share one
 */
public record EndpointAddress(
        @Nullable URI publicUrl, @Nullable Listener apart) {
    /** Both planes at the same address, which each request tells. */
    public static final EndpointAddress SHARED = new EndpointAddress(null, null);

    /** Where the data plane listens; its host is taken to be the control plane's. */
    public record Listener(String scheme, int port) {}

    public EndpointAddress {
        publicUrl = publicUrl == null ? null : URI.create(publicUrl.toString().replaceAll("/+$", ""));
    }

    /**
     * As it is told to a caller.
     *
     * @param baseUrl the control plane's address as this caller knows it
     */
    URI toldAt(URI baseUrl) {
        if (publicUrl != null) {
            return publicUrl;
        }
        return apart == null ? baseUrl : URI.create(apart.scheme() + "://" + host(baseUrl) + ":" + apart.port());
    }

    private static String host(URI url) {
        return String.valueOf(url.getRawAuthority()).replaceFirst(":[0-9]*$", "");
    }
}
