package dev.inferencekey.server.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go: one JSON object a line in {@code <data>/logs/server.log}, at most {@value #FILES} files of 16 MiB.
 */
final class Logging {
    private static final int FILES = 5;
    private static final long FILE_BYTES = 16L * 1024 * 1024;

    private Logging() {}

    static void configure(PlatformConfig config, Path folder) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        level(config.logLevel());
        // Of a store that is away it would tell every few seconds; ScheduledWork tells once.
        context.getLogger("com.github.kagkarlsson").setLevel(Level.OFF);
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(file(context, folder));
    }

    /** From now on this much is told. */
    static void level(String name) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Level level = Level.toLevel(name);
        // Libraries print headers at debug and trace, ours does not: only ours may go that low.
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
                .setLevel(level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN);
        context.getLogger("dev.inferencekey").setLevel(level);
    }

    static RollingFileAppender<ILoggingEvent> file(LoggerContext context, Path folder) {
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setFile(folder.resolve("server.log").toString());

        FixedWindowRollingPolicy rolling = new FixedWindowRollingPolicy();
        rolling.setContext(context);
        rolling.setParent(appender);
        rolling.setFileNamePattern(folder.resolve("server.%i.log").toString());
        rolling.setMinIndex(1);
        rolling.setMaxIndex(FILES - 1);
        rolling.start();

        SizeBasedTriggeringPolicy<ILoggingEvent> trigger = new SizeBasedTriggeringPolicy<>();
        trigger.setContext(context);
        trigger.setMaxFileSize(new FileSize(FILE_BYTES));
        trigger.start();

        appender.setRollingPolicy(rolling);
        appender.setTriggeringPolicy(trigger);
        return started(appender, new JsonEncoder(), context);
    }

    private static <A extends OutputStreamAppender<ILoggingEvent>> A started(
            A appender, Encoder<ILoggingEvent> encoder, LoggerContext context) {
        encoder.setContext(context);
        ScrubbingEncoder scrubbing = new ScrubbingEncoder(encoder);
        scrubbing.setContext(context);
        scrubbing.start();
        appender.setContext(context);
        appender.setEncoder(scrubbing);
        appender.start();
        return appender;
    }
}
