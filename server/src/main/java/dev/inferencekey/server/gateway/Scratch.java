package dev.inferencekey.server.gateway;

import io.netty.util.concurrent.FastThreadLocal;

/**
 * A thread's array for looking at bytes that lie outside the heap: copying a piece and then walking over an array is several times faster
 * than asking a buffer for each byte. Whoever borrows it is done with it before calling anyone else who might.
 */
final class Scratch {
    /** Bytes in the array; more than that is looked at piece by piece. */
    static final int LENGTH = 16 * 1024;

    private static final FastThreadLocal<byte[]> ARRAY = new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
            return new byte[LENGTH];
        }
    };

    private Scratch() {}

    static byte[] ofThread() {
        return ARRAY.get();
    }
}
