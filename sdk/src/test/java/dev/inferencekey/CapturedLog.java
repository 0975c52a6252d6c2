package dev.inferencekey;

import java.text.MessageFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the client logs while this is open, at every level. */
final class CapturedLog extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger("dev.inferencekey");
    private final List<String> lines = new CopyOnWriteArrayList<>();

    CapturedLog() {
        logger.setLevel(Level.ALL);
        logger.addHandler(this);
        setLevel(Level.ALL);
    }

    List<String> lines() {
        return lines;
    }

    @Override
    public void publish(LogRecord entry) {
        Object[] parameters = entry.getParameters();
        String text = parameters == null ? entry.getMessage() : MessageFormat.format(entry.getMessage(), parameters);
        lines.add(entry.getLevel() + " " + text);
    }

    @Override
    public void flush() {
        // Nothing is held back.
    }

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setLevel(null);
    }
}
