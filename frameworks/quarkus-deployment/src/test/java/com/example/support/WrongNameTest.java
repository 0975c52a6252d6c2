package com.example.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.QuarkusUnitTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An application that asks for an endpoint that the settings do not have. */
@Tag("slow")
class WrongNameTest {
    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(archive -> archive.addClass(SupportDesk.class))
            .overrideConfigKey("inferencekey.devservices.enabled", "false")
            .overrideConfigKey("inferencekey.project", "acme")
            .overrideConfigKey("inferencekey.api-key", "ik_live_a1b2c3d4_" + "0123456789abcdef".repeat(4))
            .overrideConfigKey("inferencekey.endpoints.suport-bot.workload", "support-bot")
            .assertException(failure -> assertThat(failure)
                    .hasStackTraceContaining("There is no endpoint \"support-bot\". Configured are: suport-bot.")
                    .hasStackTraceContaining("inferencekey.endpoints.support-bot.workload"));

    @Test
    void doesNotStart() {
        throw new AssertionError("it started");
    }
}
