package dev.inferencekey.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.gateway.Transport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LoadAheadTest {
    /** One of the transports can't be used on most machines. */
    @ParameterizedTest
    @EnumSource(Transport.class)
    void leavesNoThreadAndSaysNothingOfWhatCannotBeLoaded(Transport transport) throws InterruptedException {
        LoadAhead.begin(transport).close();

        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("load-"));
    }
}
