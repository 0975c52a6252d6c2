package dev.inferencekey.cli.up;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * Signals of the operating system. Stateless and thread-safe.
 *
 * <p>Notes. {@code sun.misc.Signal} is the one way to be told of a signal and still choose what comes of it; it is reached by
 * reflection since the compiler warns of its name. Where it is missing, signals end the process as Java does by itself.
 */
final class Signals {
    private Signals() {}

    /**
     * Does this, on a thread of its own, each time the signal comes.
     *
     * @param name without SIG: {@code TERM}
     */
    @SuppressWarnings("ReferenceEquality") // What equals means for a proxy that stands for itself.
    static void onEach(String name, Runnable action) {
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "handle" -> {
                action.run();
                yield null;
            }
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> arguments != null && proxy == arguments[0];
            default -> "Signals";
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
