package dev.inferencekey.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class StopFilterTest {

    @Test
    void withoutStopTextsEverythingPassesAtOnce() {
        StopFilter filter = new StopFilter(List.of());

        assertThat(filter.accept("abc")).isEqualTo("abc");
        assertThat(filter.rest()).isEmpty();
        assertThat(filter.stopped()).isFalse();
    }

    @Test
    void onlyWhatCouldBecomeAStopTextIsHeldBack() {
        StopFilter filter = new StopFilter(List.of("END"));

        assertThat(filter.accept("the E")).isEqualTo("the ");
        assertThat(filter.accept("N")).isEmpty();
        assertThat(filter.accept("d.")).isEqualTo("ENd.");
        assertThat(filter.accept("EN")).isEmpty();
        assertThat(filter.accept("D more")).isEmpty();
        assertThat(filter.stopped()).isTrue();
        assertThat(filter.accept("even more")).isEmpty();
    }

    @Test
    void anyCutIntoPiecesLetsThroughWhatStandsBeforeTheFirstStopText() {
        Random random = new Random(11);
        for (int round = 0; round < 5_000; round++) {
            List<String> stops = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                stops.add(letters(random, 1 + random.nextInt(4)));
            }
            String text = letters(random, random.nextInt(30));
            StopFilter filter = new StopFilter(stops);
            StringBuilder passed = new StringBuilder();
            int fed = 0;
            while (fed < text.length() && !filter.stopped()) {
                int to = Math.min(text.length(), fed + random.nextInt(1, 5));
                passed.append(filter.accept(text.substring(fed, to)));
                fed = to;
            }
            passed.append(filter.rest());

            String seen = text.substring(0, fed);
            int first = stops.stream()
                    .mapToInt(seen::indexOf)
                    .filter(at -> at >= 0)
                    .min()
                    .orElse(seen.length());
            assertThat(passed.toString()).as("%s in %s", stops, text).isEqualTo(seen.substring(0, first));
            assertThat(filter.stopped()).isEqualTo(first < seen.length());
        }
    }

    private static String letters(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(2)));
        }
        return text.toString();
    }
}
