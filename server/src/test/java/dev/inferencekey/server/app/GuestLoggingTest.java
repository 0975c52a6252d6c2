package dev.inferencekey.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

final class GuestLoggingTest {
    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger ours = context.getLogger("dev.inferencekey.server");

    @TempDir
    private Path one;

    @TempDir
    private Path two;

    private GuestLogging guest(Path folder) {
        return GuestLogging.attach(PlatformConfig.builder(folder).build(), folder);
    }

    @Test
    void linesOfThePlatformGoToItsFolderAndNowhereElse() throws IOException {
        try (GuestLogging _ = guest(one)) {
            LoggerFactory.getLogger("dev.inferencekey.server.Something").info("of the platform");
            LoggerFactory.getLogger("com.example.Application").error("of the program");
            assertThat(ours.isAdditive()).isFalse();
        }
        assertThat(Files.readString(one.resolve("server.log")))
                .contains("of the platform")
                .doesNotContain("of the program");
    }

    @Test
    void whatTheProgramHasSetItselfIsLeft() {
        Logger netty = context.getLogger("io.netty");
        netty.setLevel(Level.TRACE);
        try (GuestLogging _ = guest(one)) {
            assertThat(netty.getLevel()).isEqualTo(Level.TRACE);
            assertThat(context.getLogger("org.flywaydb").getLevel()).isEqualTo(Level.WARN);
        } finally {
            netty.setLevel(null);
        }
    }

    @Test
    void theLastGuestPutsEverythingBack() {
        Level before = ours.getLevel();
        GuestLogging first = guest(one);
        GuestLogging second = guest(two);
        first.close();
        first.close();
        assertThat(ours.isAdditive()).isFalse();
        assertThat(context.getLogger("io.netty").getLevel()).isEqualTo(Level.WARN);

        second.close();
        assertThat(ours.isAdditive()).isTrue();
        assertThat(ours.getLevel()).isEqualTo(before);
        assertThat(ours.iteratorForAppenders().hasNext()).isFalse();
        for (String library : GuestLogging.LIBRARIES) {
            assertThat(context.getLogger(library).getLevel()).isNull();
            assertThat(java.util.logging.Logger.getLogger(library).getLevel()).isNull();
        }
    }
}
