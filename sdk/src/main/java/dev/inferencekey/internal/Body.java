package dev.inferencekey.internal;

/** The body of an answer: held whole, or an event stream that is still arriving. */
public sealed interface Body permits Body.Whole, EventPipe {
    /** A body that has arrived. Shows its size alone. */
    final class Whole implements Body {
        private final byte[] bytes;
        private final boolean truncated;

        Whole(byte[] bytes, boolean truncated) {
            this.bytes = bytes;
            this.truncated = truncated;
        }

        /** What arrived; not copied, not to be changed. */
        public byte[] bytes() {
            return bytes;
        }

        /** Whether more would have come: the limit was reached, or the connection broke. */
        public boolean truncated() {
            return truncated;
        }

        @Override
        public String toString() {
            return "Whole[" + bytes.length + " bytes" + (truncated ? ", truncated]" : "]");
        }
    }
}
