package dev.inferencekey.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import dev.inferencekey.contract.credential.LiveKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LoggingTest {
    @TempDir
    private Path temp;

    @AfterEach
    void release() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).reset();
    }

    @Test
    void aCredentialThatReachesALineAnywhereIsRedactedInTheFile() throws IOException {
        String secret = LiveKey.mint(new SecureRandom()).reveal();
        Logging.configure(PlatformConfig.builder(temp).logLevel("trace").build(), temp);

        Logger log = LoggerFactory.getLogger("dev.inferencekey.test");
        log.atTrace().addKeyValue("header", "Bearer " + secret).log("message " + secret);
        log.error("failed", new IllegalStateException("with " + secret, new RuntimeException(secret)));

        String written = Files.readString(temp.resolve("server.log"));
        assertThat(written)
                .contains("message ik_live_", "failed")
                .doesNotContain(secret, secret.substring(secret.length() - 64));
    }

    @Test
    void librariesStayQuietWhereTheyWouldPrintHeaders() throws IOException {
        Logging.configure(PlatformConfig.builder(temp).logLevel("trace").build(), temp);
        LoggerFactory.getLogger("io.helidon.webserver").debug("authorization: Bearer x");
        LoggerFactory.getLogger("io.netty.handler").trace("authorization: Bearer x");
        assertThat(Files.readString(temp.resolve("server.log"))).doesNotContain("authorization");
    }
}
