package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.ModelRewriteFuzz.count;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.gateway.JsonTree.Arr;
import dev.inferencekey.server.gateway.JsonTree.Member;
import dev.inferencekey.server.gateway.JsonTree.Obj;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Any bytes as a model server's answer: the same counts however they are cut, and those that are there if it is JSON to Jackson. */
public final class UsageScanFuzz {
    /** What is found in one answer. */
    record Found(
            boolean complete,
            boolean usageOnly,
            @Nullable Long input,
            @Nullable Long output,
            @Nullable Long cached) {
        static Found of(UsageScan scan) {
            return new Found(
                    scan.complete(),
                    scan.isUsageOnlyChunk(),
                    scan.inputTokens(),
                    scan.outputTokens(),
                    scan.cachedTokens());
        }
    }

    /** The last of the counts of each kind. */
    private static final class Counts {
        private long input = -1;
        private long output = -1;
        private long cached = -1;
        private boolean seen;

        private void usage(JsonTree value) {
            if (!(value instanceof Obj usage)) {
                return;
            }
            seen = true;
            for (Member member : usage.members()) {
                switch (member.name()) {
                    case "prompt_tokens", "input_tokens" -> input = newer(input, member.value());
                    case "completion_tokens", "output_tokens" -> output = newer(output, member.value());
                    case "prompt_tokens_details", "input_tokens_details" -> {
                        if (member.value() instanceof Obj details) {
                            for (Member detail : details.members()) {
                                cached = detail.name().equals("cached_tokens") ? newer(cached, detail.value()) : cached;
                            }
                        }
                    }
                    default -> {
                        // No count.
                    }
                }
            }
        }

        private static long newer(long before, JsonTree value) {
            long count = count(value);
            return count < 0 ? before : count;
        }

        private static @Nullable Long known(long count) {
            return count < 0 ? null : count;
        }
    }

    private UsageScanFuzz() {}

    /** Fails if the input shows a fault. */
    public static void fuzzerTestOneInput(byte[] data) {
        Found whole = null;
        for (List<ByteBuf> pieces : FuzzInput.cuts(data)) {
            UsageScan scan = new UsageScan();
            for (ByteBuf piece : pieces) {
                scan.scan(piece, piece.readerIndex(), piece.writerIndex());
            }
            Found found = Found.of(scan);
            whole = whole == null ? found : whole;
            assertThat(found).isEqualTo(whole);
        }
        JsonTree tree = JsonTree.parse(data);
        if (whole != null && tree != null && tellsUsageInOnePlace(tree)) {
            UsageScan atOnce = new UsageScan();
            atOnce.scanWhole(Unpooled.wrappedBuffer(data), 0, data.length);
            Found found = Found.of(atOnce);
            assertThat(List.of(found.complete, known(found.input), known(found.output), known(found.cached)))
                    .isEqualTo(List.of(true, known(whole.input), known(whole.output), known(whole.cached)));
        }
        if (whole != null && tree != null) {
            assertThat(whole).isEqualTo(expected(tree));
        } else if (whole != null) {
            assertThat(whole.complete && !JsonTree.hasHalfAPair(data)).isFalse();
        }
    }

    private static long known(@Nullable Long count) {
        return count == null ? -1 : count;
    }

    /** Of members of the same name readers take the last or all; no server sends such answers. */
    private static boolean tellsUsageInOnePlace(JsonTree tree) {
        return !(tree instanceof Obj answer)
                || answer.members().stream()
                                .filter(member -> member.name().equals("usage")
                                        || member.name().equals("response"))
                                .count()
                        < 2;
    }

    /** What there is to find in a whole answer. */
    static Found expected(JsonTree tree) {
        Counts counts = new Counts();
        boolean choicesEmpty = false;
        if (tree instanceof Obj answer) {
            for (Member member : answer.members()) {
                if (member.name().equals("usage")) {
                    counts.usage(member.value());
                } else if (member.name().equals("response") && member.value() instanceof Obj response) {
                    for (Member inner : response.members()) {
                        if (inner.name().equals("usage")) {
                            counts.usage(inner.value());
                        }
                    }
                }
            }
            choicesEmpty = answer.last("choices") instanceof Arr choices
                    && choices.elements().isEmpty();
        }
        return new Found(
                true,
                counts.seen && choicesEmpty,
                Counts.known(counts.input),
                Counts.known(counts.output),
                Counts.known(counts.cached));
    }
}
