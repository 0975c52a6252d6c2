package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.ModelRewriteFuzz.count;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.gateway.JsonTree.Arr;
import dev.inferencekey.server.gateway.JsonTree.Leaf;
import dev.inferencekey.server.gateway.JsonTree.Member;
import dev.inferencekey.server.gateway.JsonTree.Obj;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** Any bytes as a model server's answer: the same found however they are cut, and what is there if it is JSON to Jackson. */
public final class UsageScanFuzz {
    /** What is found in one answer. */
    record Found(
            boolean complete,
            boolean usageChunk,
            boolean error,
            @Nullable Long input,
            @Nullable Long inputOrTotal,
            @Nullable Long output,
            @Nullable Long cached) {
        static Found of(UsageScan scan) {
            return new Found(
                    scan.complete(),
                    scan.isUsageChunk(),
                    scan.errorTold(),
                    scan.inputTokens(false),
                    scan.inputTokens(true),
                    scan.outputTokens(),
                    scan.cachedTokens());
        }

        /** Without what is not looked for if the usage is found at the end. */
        Found counts() {
            return new Found(complete, false, false, input, inputOrTotal, output, cached);
        }
    }

    /** The last of the counts of each kind, of one place. */
    private static final class Counts {
        private long input = -1;
        private long output = -1;
        private long total = -1;
        private long cached = -1;
        private long reasoning = -1;

        private void usage(Obj usage, boolean withDetails) {
            for (Member member : usage.members()) {
                switch (member.name()) {
                    case "prompt_tokens", "input_tokens" -> input = newer(input, member.value());
                    case "completion_tokens", "output_tokens" -> output = newer(output, member.value());
                    case "total_tokens" -> total = newer(total, member.value());
                    case "cached_tokens", "prompt_cache_hit_tokens" -> cached = newer(cached, member.value());
                    case "prompt_tokens_details", "input_tokens_details" ->
                        cached = newest(cached, withDetails, member.value(), "cached_tokens");
                    case "completion_tokens_details", "output_tokens_details" ->
                        reasoning = newest(reasoning, withDetails, member.value(), "reasoning_tokens");
                    default -> {
                        // No count.
                    }
                }
            }
        }

        private void units(Obj units) {
            for (Member member : units.members()) {
                input = member.name().equals("input_tokens") ? newer(input, member.value()) : input;
                output = member.name().equals("output_tokens") ? newer(output, member.value()) : output;
            }
        }

        private static long newest(long before, boolean looked, JsonTree value, String name) {
            long last = before;
            if (looked && value instanceof Obj details) {
                for (Member detail : details.members()) {
                    last = detail.name().equals(name) ? newer(last, detail.value()) : last;
                }
            }
            return last;
        }

        private static long newer(long before, JsonTree value) {
            long count = count(value);
            return count < 0 ? before : count;
        }

        private boolean any() {
            return input >= 0 || output >= 0 || total >= 0 || cached >= 0;
        }

        private static @Nullable Long known(long count) {
            return count < 0 ? null : count;
        }
    }

    /** What the members of an answer tell. */
    private static final class Told {
        private final Counts ofUsage = new Counts();
        private final Counts ofChoice = new Counts();
        private final Counts ofMeta = new Counts();
        private final Counts ofBilling = new Counts();
        private boolean usageSeen;
        private boolean error;

        private void member(Member member) {
            if (member.value() instanceof Obj value) {
                switch (member.name()) {
                    case "response" -> value.members().forEach(this::usageOrError);
                    case "meta" -> value.members().forEach(this::meta);
                    default -> {
                        // Below.
                    }
                }
            } else if (member.name().equals("choices") && member.value() instanceof Arr choices) {
                choices.elements().stream()
                        .filter(Obj.class::isInstance)
                        .flatMap(choice -> ((Obj) choice).members().stream())
                        .filter(inner -> inner.name().equals("usage") && inner.value() instanceof Obj)
                        .forEach(inner -> ofChoice.usage((Obj) inner.value(), false));
            }
            usageOrError(member);
        }

        private void usageOrError(Member member) {
            if (member.name().equals("usage") && member.value() instanceof Obj usage) {
                usageSeen = true;
                ofUsage.usage(usage, true);
            } else if (member.name().equals("error")) {
                error |= member.value() instanceof Obj
                        || (member.value() instanceof Leaf leaf
                                && leaf.kind() == JsonToken.VALUE_STRING
                                && !leaf.text().isEmpty());
            }
        }

        private void meta(Member member) {
            if (member.value() instanceof Obj units) {
                if (member.name().equals("tokens")) {
                    ofMeta.units(units);
                } else if (member.name().equals("billed_units")) {
                    ofBilling.units(units);
                }
            }
        }
    }

    private UsageScanFuzz() {}

    /** Fails if the input shows a fault. */
    public static void fuzzerTestOneInput(byte[] data) {
        Found whole = null;
        for (List<ByteBuf> pieces : FuzzInput.cuts(data)) {
            UsageScan scan = new UsageScan();
            int before = 0;
            for (ByteBuf piece : pieces) {
                byte[] bytes = new byte[piece.readableBytes()];
                piece.getBytes(piece.readerIndex(), bytes);
                scan.scan(bytes, 0, bytes.length, before);
                before += bytes.length;
            }
            Found found = Found.of(scan);
            whole = whole == null ? found : whole;
            assertThat(found).isEqualTo(whole);
        }
        JsonTree tree = JsonTree.parse(data);
        if (whole != null && tree != null && tellsUsageInOnePlace(tree)) {
            UsageScan atOnce = new UsageScan();
            atOnce.scanWhole(Unpooled.wrappedBuffer(data), 0, data.length);
            assertThat(Found.of(atOnce).counts()).isEqualTo(whole.counts());
        }
        if (whole != null && tree != null) {
            assertThat(whole).isEqualTo(expected(tree));
        } else if (whole != null) {
            assertThat(whole.complete && !JsonTree.hasHalfAPair(data)).isFalse();
        }
    }

    /** Of members of the same name readers take the last or all; no server sends such answers. */
    private static boolean tellsUsageInOnePlace(JsonTree tree) {
        return !(tree instanceof Obj answer)
                || (answer.members().stream()
                                        .filter(member -> List.of("usage", "response", "meta")
                                                .contains(member.name()))
                                        .count()
                                < 2
                        && !expectedOf(answer).ofChoice.any());
    }

    private static Told expectedOf(Obj answer) {
        Told told = new Told();
        answer.members().forEach(told::member);
        return told;
    }

    /** What there is to find in a whole answer. */
    static Found expected(JsonTree tree) {
        Told told = tree instanceof Obj answer ? expectedOf(answer) : new Told();
        JsonTree choices = tree instanceof Obj answer ? answer.last("choices") : null;
        boolean noChoice = choices == null
                || choices.equals(JsonTree.NULL)
                || (choices instanceof Arr list && list.elements().isEmpty());
        Counts counts = told.ofUsage.any()
                ? told.ofUsage
                : told.ofChoice.any() ? told.ofChoice : told.ofMeta.any() ? told.ofMeta : told.ofBilling;
        boolean beside = counts.input >= 0
                && counts.output >= 0
                && counts.reasoning > 0
                && counts.total == counts.input + counts.output + counts.reasoning;
        return new Found(
                true,
                told.usageSeen && noChoice,
                told.error,
                Counts.known(counts.input),
                Counts.known(counts.input < 0 && counts.output < 0 ? counts.total : counts.input),
                Counts.known(beside ? counts.output + counts.reasoning : counts.output),
                Counts.known(counts.cached));
    }
}
