package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Guards the second test run: Maven would otherwise report success for a run that was meant for 17 and took place on 25. */
class RunningJavaTest {
    @Test
    void runsOnTheVersionOfJavaThatTheBuildAskedFor() {
        int running = Runtime.version().feature();

        assertThat(running).isEqualTo(Integer.getInteger("inferencekey.expected.jdk", running));
        assertThat(running).isGreaterThanOrEqualTo(17);
    }
}
