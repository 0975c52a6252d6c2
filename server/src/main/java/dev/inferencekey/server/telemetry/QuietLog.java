package dev.inferencekey.server.telemetry;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what OpenTelemetry's SDK says to our own log. It speaks {@code java.util.logging}, which would print on the console, in the middle of
 * whatever a command shows there. Thread-safe.
 */
final class QuietLog extends Handler {
    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(QuietLog.class);

    /** Held on to: a logger that nobody holds is forgotten, with its settings. */
    private final Logger theirs = Logger.getLogger("io.opentelemetry");

    private QuietLog() {}

    static QuietLog install() {
        QuietLog log = new QuietLog();
        log.theirs.setUseParentHandlers(false);
        log.theirs.addHandler(log);
        return log;
    }

    void remove() {
        theirs.removeHandler(this);
    }

    @Override
    public void publish(LogRecord said) {
        if (said.getLevel().intValue() >= Level.WARNING.intValue()) {
            LOG.atWarn()
                    .addKeyValue("said", said.getMessage())
                    .setCause(said.getThrown())
                    .log("the trace exporter has a problem");
        }
    }

    @Override
    public void flush() {
        // Nothing is held back.
    }

    @Override
    public void close() {
        // Nothing to close.
    }
}
