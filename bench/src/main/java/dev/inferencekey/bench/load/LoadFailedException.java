package dev.inferencekey.bench.load;

/** A load could not be brought to its end, for instance because the machine is too busy for it. */
public final class LoadFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LoadFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
