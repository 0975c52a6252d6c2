package dev.inferencekey.micrometer;

import dev.inferencekey.CallInfo;
import dev.inferencekey.CallOutcome;
import io.micrometer.observation.transport.RequestReplySenderContext;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One call as an observation: the carrier is the headers to send, so that Micrometer Tracing adds {@code traceparent}; the response is how
 * the call ended, null until it has.
 */
public final class CallObservationContext extends RequestReplySenderContext<Map<String, String>, CallOutcome> {
    private final CallInfo call;

    CallObservationContext(CallInfo call) {
        super((headers, name, value) -> {
            if (headers != null) {
                headers.put(name, value);
            }
        });
        this.call = call;
        setCarrier(new LinkedHashMap<>());
        setRemoteServiceName("inferencekey");
        setRemoteServiceAddress(call.serverAddress() + ":" + call.serverPort());
    }

    /** What is called. */
    public CallInfo call() {
        return call;
    }
}
