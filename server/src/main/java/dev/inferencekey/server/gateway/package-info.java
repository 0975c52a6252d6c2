/**
 * The data plane and the one public address: listens, verifies, admits, rewrites, forwards, streams, meters.
 *
 * <p>Read {@code GatewayServer}, then {@code ClientConnection}, then {@code InferenceExchange}. {@code Listeners} says how a connection gets
 * there: as it is, out of TLS ({@code TlsStart}), or as one stream of HTTP/2 ({@code Http2Connection}, {@code Http2Stream}). One request goes through these steps, each in
 * its place for a reason:
 *
 * <ol>
 *   <li>{@code ClientConnection} with {@code RequestHead} and {@code BodyFraming}: what two readers could read differently is refused before
 *       anything looks at it.
 *   <li>{@code ExchangeStart}, {@code domain.inference.RequestTarget}: the shape of the request line; it decides which plane's errors the caller sees.
 *   <li>{@code Admission}: credential there, of this plane (by its prefix alone, before any look-up), genuine, alive; then project, then
 *       grant, then existence, then route: an answer never tells more than the caller may know.
 *   <li>{@code LimitLease}: limits of the key and of the workload, after all that is free of cost to check and before a body is read.
 *   <li>{@code InferenceBody}: type and size by the headers, so that a caller who asks first ({@code Expect}) is told before it sends;
 *       then content, while it comes. A bad body is told before readiness, so that nobody waits for a replica in vain.
 *   <li>{@code ReplicaSearch}, {@code ReadinessWait}: last before forwarding, because it may take long.
 *   <li>{@code UpstreamPool}, {@code UpstreamConnection}: on the caller's own event loop, so that bytes never change threads.
 *   <li>{@code InferenceAnswer}, {@code SseRelay}, {@code UsageScan}: passed on as it comes; usage is read on the way.
 *   <li>{@code RequestMeter}: reported before the answer's last byte leaves, so that no answered request goes unmetered. {@code
 *       LoopObserver} counts it and logs it on the way, {@code RequestTrace} ends its span.
 * </ol>
 *
 * <p>Everything about one request happens on one event loop; nothing there blocks. Only {@code AccessTable}, {@code Endpoint}, {@code
 * Limiter}, {@code Replica}, {@code HeldRequests}, {@code WorkloadSeries}, {@code Admission} and {@code HostLookup} are shared between
 * threads, and {@code GatewayMetrics} reads what the loops count.
 */
@NullMarked
package dev.inferencekey.server.gateway;

import org.jspecify.annotations.NullMarked;
