package dev.inferencekey;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes everything that listeners are told. */
final class RecordingListener implements CallListener {
    final List<Seen> calls = new CopyOnWriteArrayList<>();
    private final Map<String, String> headers;

    RecordingListener() {
        this(Map.of());
    }

    /** @param headers to send along */
    RecordingListener(Map<String, String> headers) {
        this.headers = headers;
    }

    @Override
    public CallObserver started(CallInfo call) {
        Seen seen = new Seen(call, headers);
        calls.add(seen);
        return seen;
    }

    Seen onlyCall() {
        if (calls.size() != 1) {
            throw new AssertionError("expected one call, got " + calls);
        }
        return calls.get(0);
    }

    /** One call: what it is, and what happened, in order. */
    static final class Seen implements CallObserver {
        final CallInfo info;
        final List<String> events = new CopyOnWriteArrayList<>();
        final List<CallOutcome> outcomes = new CopyOnWriteArrayList<>();
        volatile Duration elapsedToFirstChunk = Duration.ZERO;
        private final Map<String, String> headers;

        Seen(CallInfo info, Map<String, String> headers) {
            this.info = info;
            this.headers = headers;
        }

        CallOutcome outcome() {
            if (outcomes.size() != 1) {
                throw new AssertionError("expected one end, got " + outcomes);
            }
            return outcomes.get(0);
        }

        @Override
        public Map<String, String> headers() {
            return headers;
        }

        @Override
        public void attempt(int number) {
            events.add("attempt " + number);
        }

        @Override
        public void retrying(String errorType, Duration pause) {
            events.add("retry after " + errorType + " in " + pause.toMillis());
        }

        @Override
        public void firstChunk(Duration elapsed) {
            elapsedToFirstChunk = elapsed;
            events.add("first chunk");
        }

        @Override
        public void ended(CallOutcome outcome) {
            outcomes.add(outcome);
            events.add("ended " + (outcome.isSuccess() ? "well" : outcome.errorType()));
        }

        @Override
        public String toString() {
            return info.operation() + events;
        }
    }
}
