package dev.inferencekey.server.ports.access;

/** The data plane's requests that are under way, streams above all. Thread-safe. */
@FunctionalInterface
public interface OpenRequests {
    /** Where there is no data plane. */
    OpenRequests NONE = which -> 0;

    /** Whose requests. */
    sealed interface Which {
        /** Those that a key has made, with whichever of its secrets. */
        record OfKey(String keyId) implements Which {}

        record OfWorkload(String workloadId) implements Which {}

        /** Those of keys that open nothing any more, and of workloads that have gone. */
        record NoLongerAllowed() implements Which {}
    }

    /**
     * Ends them: their callers get an error, in a stream as an event, and their model servers see the connection close. To be called once
     * no new ones are let in. Returns when it is done, with how many there were.
     */
    int end(Which which);
}
