package dev.inferencekey.server.gateway;

import dev.inferencekey.server.ports.access.ReplicaTarget.Place;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Locale;

/**
 * Where connections are made to: those to the same address can stand in for each other.
 *
 * @param place what is there; decides whom to trust, and whether where it leads is to be checked at each connection
 */
record UpstreamAddress(boolean tls, String host, int port, Place place) {
    /** @throws IllegalArgumentException for anything but an {@code http} or {@code https} URL with a host */
    static UpstreamAddress of(URI url, Place place) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        boolean tls = scheme.equals("https");
        String host = url.getHost();
        if (host == null || (!tls && !scheme.equals("http"))) {
            throw new IllegalArgumentException("a replica's address must be http://host… or https://host…, was " + url);
        }
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        int port = url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80;
        return new UpstreamAddress(tls, bare, port, place);
    }

    static UpstreamAddress plain(InetSocketAddress address) {
        return new UpstreamAddress(false, address.getHostString(), address.getPort(), Place.HERE);
    }
}
