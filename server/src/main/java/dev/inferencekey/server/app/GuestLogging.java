package dev.inferencekey.server.app;

import ch.qos.logback.classic.LoggerContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/**
 * Log lines of a platform that is a guest in another program's process, whose logging is that program's.
 *
 * <p>Notes. If the program logs with Logback, the platform's own lines go to {@code server.log} in its data folder and nowhere else; with
 * any other binding they go where the program sends them. The platform's libraries tell nothing below a warning while there is a guest,
 * unless the program has set a level for them itself: Logback without a configuration would print all they have to say at debug. What was
 * changed is put back when the last guest leaves.
 *
 * <p>Thread-safe.
 */
final class GuestLogging implements AutoCloseable {
    static final List<String> LIBRARIES = List.of(
            "com.github.kagkarlsson",
            "com.sun.net.httpserver",
            "com.zaxxer.hikari",
            "io.helidon",
            "io.netty",
            "org.flywaydb",
            "org.jdbi",
            "org.sqlite");

    private static final String LOGBACK = "ch.qos.logback.classic.LoggerContext";

    /** Guarded by the class, as is what follows. */
    private static int guests;

    private static final List<Runnable> PUT_BACK = new ArrayList<>();

    private final Runnable detach;
    private boolean closed;

    private GuestLogging(Runnable detach) {
        this.detach = detach;
    }

    static GuestLogging attach(PlatformConfig config, Path folder) {
        synchronized (GuestLogging.class) {
            boolean logback =
                    LoggerFactory.getILoggerFactory().getClass().getName().equals(LOGBACK);
            if (guests++ == 0) {
                LIBRARIES.forEach(GuestLogging::quieten);
                if (logback) {
                    LIBRARIES.forEach(WithLogback::quieten);
                }
            }
            return new GuestLogging(logback ? WithLogback.toFile(config, folder) : () -> {});
        }
    }

    private static void quieten(String name) {
        // Held by what puts it back: loggers of the JDK that nobody holds forget their level.
        Logger logger = Logger.getLogger(name);
        if (logger.getLevel() == null) {
            logger.setLevel(Level.WARNING);
            PUT_BACK.add(() -> logger.setLevel(null));
        }
    }

    @Override
    public void close() {
        synchronized (GuestLogging.class) {
            if (closed) {
                return;
            }
            closed = true;
            detach.run();
            if (--guests == 0) {
                PUT_BACK.forEach(Runnable::run);
                PUT_BACK.clear();
            }
        }
    }

    /** Apart, since the program may not have Logback. */
    private static final class WithLogback {
        private static final String OURS = "dev.inferencekey.server";

        static void quieten(String name) {
            ch.qos.logback.classic.Logger logger = context().getLogger(name);
            if (logger.getLevel() == null) {
                logger.setLevel(ch.qos.logback.classic.Level.WARN);
                PUT_BACK.add(() -> logger.setLevel(null));
            }
        }

        static Runnable toFile(PlatformConfig config, Path folder) {
            LoggerContext context = context();
            ch.qos.logback.classic.Logger ours = context.getLogger(OURS);
            var file = Logging.file(context, folder);
            ours.addAppender(file);
            if (guests == 1) {
                ch.qos.logback.classic.Level before = ours.getLevel();
                ours.setLevel(ch.qos.logback.classic.Level.toLevel(config.logLevel()));
                ours.setAdditive(false);
                PUT_BACK.add(() -> {
                    ours.setLevel(before);
                    ours.setAdditive(true);
                });
            }
            return () -> {
                ours.detachAppender(file);
                file.stop();
            };
        }

        private static LoggerContext context() {
            return (LoggerContext) LoggerFactory.getILoggerFactory();
        }
    }
}
