package dev.inferencekey.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class WrkTest {
    @Test
    void theLineOfOurScriptIsFoundAmongWrksOwn() {
        Wrk.Count count = Wrk.parse("""
                Running 3s test @ http://127.0.0.1:1/
                  Socket errors: connect 1, read 2, write 0, timeout 3
                RESULT 60000 3000000 3 3 5 1204
                """);

        assertThat(count.requests()).isEqualTo(60_000);
        assertThat(count.perSecond()).isEqualTo(20_000);
        assertThat(count.failed()).isEqualTo(11);
    }

    @Test
    void outputWithoutTheLineIsRefusedWithWhatItSays() {
        assertThatThrownBy(() -> Wrk.parse("unable to connect")).hasMessageContaining("unable to connect");
    }

    @Test
    void bodiesHaveTheStatedSize() {
        assertThat(Bodies.single())
                .hasSize(Bodies.SINGLE_BYTES)
                .startsWith("{\"model\":")
                .endsWith("}");
    }
}
