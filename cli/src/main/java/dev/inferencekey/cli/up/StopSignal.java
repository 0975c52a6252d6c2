package dev.inferencekey.cli.up;

import dev.inferencekey.cli.command.ExitCode;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C and SIGTERM, taken as a wish to stop cleanly instead of an end in the middle of something. A second one ends the process
 * at once. Thread-safe.
 *
 * <p>Notes. {@code sun.misc.Signal} is the one way to be told of a signal and still choose the exit code; it is reached by
 * reflection since the compiler warns of its name. Where it is missing, signals end the process as Java does by itself.
 */
final class StopSignal {
    private final CountDownLatch requested = new CountDownLatch(1);
    // Guarded by this. The thread to interrupt when the wish comes; null where an interrupt could break a write.
    private @Nullable Thread interruptible;

    /** Listens from now on. */
    void listen() {
        List.of("INT", "TERM").forEach(this::handle);
    }

    boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** Waits for the wish. */
    void await() {
        try {
            requested.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** From here on, until {@link #endInterruptible}, the wish interrupts the calling thread. */
    synchronized void beginInterruptible() {
        interruptible = Thread.currentThread();
        if (isRequested()) {
            interruptible.interrupt();
        }
    }

    /** Interrupts no more; one that came is taken back, so that cleaning up is not cut short by it. */
    synchronized void endInterruptible() {
        interruptible = null;
        Thread.interrupted();
    }

    /** The wish has come. */
    synchronized void request() {
        requested.countDown();
        if (interruptible != null) {
            interruptible.interrupt();
        }
    }

    @SuppressWarnings("ReferenceEquality") // What equals means for a proxy that stands for itself.
    private void handle(String name) {
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "handle" -> {
                if (isRequested()) {
                    Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
                }
                request();
                yield null;
            }
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> arguments != null && proxy == arguments[0];
            default -> "StopSignal";
        };
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object listener =
                    Proxy.newProxyInstance(handlerType.getClassLoader(), new Class<?>[] {handlerType}, handler);
            signal.getMethod("handle", signal, handlerType)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), listener);
        } catch (ReflectiveOperationException e) {
            // Java's own handling stays: the process still ends, only with another status.
        }
    }
}
