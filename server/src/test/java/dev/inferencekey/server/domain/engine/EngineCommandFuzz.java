package dev.inferencekey.server.domain.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.InvalidFieldException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Any text as a command, for the engine that the first byte chooses: refused at its field, or nothing but listed flags with values of
 * their kinds; and what it became is read again as the same.
 */
public final class EngineCommandFuzz {
    private static final List<String> BACKENDS =
            List.of("llamacpp", "vllm", "vllm-omni", "sglang", "stablediffusioncpp");

    private EngineCommandFuzz() {}

    /** Fails if the input shows a fault. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        String backend = BACKENDS.get(Math.floorMod(data[0], BACKENDS.size()));
        String line = new String(data, 1, data.length - 1, StandardCharsets.UTF_8);
        CheckedCommand checked;
        try {
            checked = check(backend, line);
        } catch (InvalidFieldException e) {
            assertThat(e.field()).isEqualTo("config.command");
            assertThat(e.getMessage()).hasSizeLessThan(1_000).doesNotContain("\n", "\0");
            return;
        }
        if (checked == null) {
            return;
        }
        Engine engine = Engine.of(backend).orElseThrow();
        assertThat(engine.beginnings()).contains(checked.beginning());
        assertListed(engine, checked.arguments());
        StringBuilder again = new StringBuilder(String.join(" ", checked.beginning()));
        checked.arguments()
                .forEach(argument -> again.append(" '")
                        .append(argument.replace("'", "'\\''"))
                        .append('\''));
        assertThat(check(backend, again.toString())).isEqualTo(checked);
    }

    private static @Nullable CheckedCommand check(String backend, String line) {
        return TestEngineRules.RULES
                .plan(backend, "org/model", Map.of("command", line))
                .orElseThrow()
                .command();
    }

    /** Whatever is accepted consists of listed flags with values of their kinds, and of one model where the engine takes one. */
    static void assertListed(Engine engine, List<String> words) {
        EngineList list = TestEngineRules.RULES.lists().of(engine);
        int models = 0;
        for (int i = 0; i < words.size(); i++) {
            EngineFlag flag = list.flags().get(words.get(i));
            if (flag == null) {
                assertThat(engine.modelFirst()).isTrue();
                assertThat(words.get(i))
                        .doesNotStartWith("-")
                        .doesNotStartWith("@")
                        .doesNotContain("..", "\n");
                models++;
                continue;
            }
            boolean optional = flag.kind() instanceof ValueKind.Choice choice && choice.optional();
            boolean follows = i + 1 < words.size() && flag.kind().accepts(words.get(i + 1));
            if (!(flag.kind() instanceof ValueKind.None) && !(optional && !follows)) {
                i++;
                assertThat(flag.kind().accepts(words.get(i))).as(flag.name()).isTrue();
                assertThat(words.get(i)).doesNotContain("..", "\n", "\0");
            }
        }
        assertThat(models).isLessThanOrEqualTo(1);
    }
}
