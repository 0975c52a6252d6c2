package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.gateway.JsonTree.Leaf;
import dev.inferencekey.server.gateway.JsonTree.Member;
import dev.inferencekey.server.gateway.JsonTree.Obj;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * Any bytes as a JSON request body (the first byte says whether the route meters streams): accepted exactly if it is a JSON object to
 * Jackson in which all readers find the same, and then the same object but for the model and the wish for usage, however the bytes are
 * cut. Under a budget: never counted for less than some engine makes of what it is sent.
 */
public final class ModelRewriteFuzz {
    private static final List<InferenceRoute> COUNTED = List.of(
            InferenceRoute.CHAT_COMPLETIONS,
            InferenceRoute.COMPLETIONS,
            InferenceRoute.RESPONSES,
            InferenceRoute.RERANK,
            InferenceRoute.SCORE,
            InferenceRoute.EMBEDDINGS);
    private static final String MODEL = "org/served \"model\" é";
    private static final byte[] MODEL_JSON = "\"org/served \\\"model\\\" é\"".getBytes(UTF_8);
    private static final Set<String> BOUNDS = Set.of("max_tokens", "max_completion_tokens", "max_output_tokens");
    private static final Set<String> ACTED_ON = Set.of(
            "model", "stream", "stream_options", "n", "max_tokens", "max_completion_tokens", "max_output_tokens");
    private static final Pattern WHOLE = Pattern.compile("-?[0-9]+(\\.0+)?");
    private static final BigInteger TOO_LARGE = BigInteger.TEN.pow(18);
    private static final Member USAGE = new Member("include_usage", JsonTree.TRUE);
    private static final String BYTE_ORDER_MARK = "\ufeff";

    private record Result(
            boolean accepted, String text, boolean usageForced, long askedOutput, long choices, long growth) {
        static final Result REFUSED = new Result(false, "", false, 0, 0, 0);
    }

    private ModelRewriteFuzz() {}

    /** Fails if the input shows a fault. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length > 0) {
            check((data[0] & 1) != 0, Arrays.copyOfRange(data, 1, data.length));
        }
    }

    /** Fails if the body shows a fault; whether it was accepted. */
    static boolean check(boolean meter, byte[] body) {
        for (InferenceRoute route : COUNTED) {
            checkCounted(route, body);
        }
        List<List<ByteBuf>> cuts = FuzzInput.cuts(body);
        Result whole = rewrite(meter, cuts.get(0), false);
        assertThat(rewrite(meter, cuts.get(1), false)).isEqualTo(whole);
        assertThat(rewrite(meter, cuts.get(2), true)).isEqualTo(whole);
        if (!(JsonTree.parse(withoutMark(body)) instanceof Obj before)) {
            assertThat(whole.accepted && !JsonTree.hasHalfAPair(body)).isFalse();
            return false;
        }
        assertThat(whole.accepted).isEqualTo(isClear(before, meter));
        if (!whole.accepted) {
            return false;
        }
        JsonTree options = before.last("stream_options");
        boolean stream = JsonTree.TRUE.equals(before.last("stream"));
        boolean asks = options instanceof Obj wishes && JsonTree.TRUE.equals(wishes.last("include_usage"));
        assertThat(whole.usageForced).isEqualTo(meter && stream && !asks);
        assertThat(whole.askedOutput).isEqualTo(askedOutput(before));
        assertThat(whole.choices).isEqualTo(Math.max(1, count(before.last("n"))));
        byte[] after = whole.text.getBytes(UTF_8);
        assertThat(JsonTree.parse(after)).isEqualTo(expected(before, meter));
        assertThat((long) after.length).isLessThan(body.length + whole.growth);
        return true;
    }

    /** Under a budget: the same however the bytes are cut, a JSON object if it is accepted, and no engine gets beyond what is counted. */
    private static void checkCounted(InferenceRoute route, byte[] body) {
        List<List<ByteBuf>> cuts = FuzzInput.cuts(body);
        CountedBodyTest.Result whole = CountedBodyTest.count(route, null, cuts.get(0));
        assertThat(CountedBodyTest.count(route, null, cuts.get(1))).isEqualTo(whole);
        if (JsonTree.parse(withoutMark(body)) instanceof Obj) {
            CountedBodyTest.isWithinTheWorstCase(
                    route, new String(body, UTF_8), FuzzInput.cuts(body).get(2));
        }
    }

    private static byte[] withoutMark(byte[] body) {
        String text = new String(body, ISO_8859_1);
        String mark = new String(BYTE_ORDER_MARK.getBytes(UTF_8), ISO_8859_1);
        return text.startsWith(mark) ? Arrays.copyOfRange(body, mark.length(), body.length) : body;
    }

    /** Whether no reader can find another member, or another value of it, than the others do. */
    static boolean isClear(Obj body, boolean meter) {
        Set<String> seen = new HashSet<>();
        for (Member member : body.members()) {
            String read = readAs(member.name());
            if (ACTED_ON.contains(read)
                    && (!read.equals(member.name()) || !seen.add(read) || !isOfItsKind(read, member.value()))) {
                return false;
            }
            if (meter && read.equals("stream_options") && member.value() instanceof Obj options) {
                List<String> wishes = options.members().stream()
                        .map(Member::name)
                        .filter(name -> readAs(name).equals("include_usage"))
                        .toList();
                if (wishes.size() > 1 || !Set.of("include_usage").containsAll(wishes)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Without regard to case, in either way, and up to a NUL. */
    private static String readAs(String name) {
        StringBuilder read = new StringBuilder();
        for (int i = 0; i < name.length() && name.charAt(i) != 0; i++) {
            read.append(Character.toLowerCase(Character.toUpperCase(name.charAt(i))));
        }
        return read.toString();
    }

    private static boolean isOfItsKind(String name, JsonTree value) {
        boolean isNull = value.equals(JsonTree.NULL);
        return switch (name) {
            case "model" -> true;
            case "stream" ->
                isNull
                        || (value instanceof Leaf leaf
                                && Set.of("true", "false").contains(leaf.text())
                                && leaf.kind() != JsonToken.VALUE_STRING);
            case "stream_options" -> isNull || value instanceof Obj;
            default ->
                isNull
                        || count(value) >= 0
                        || (value instanceof Leaf number
                                && number.kind().isNumeric()
                                && number.text().startsWith("-"));
        };
    }

    private static Result rewrite(boolean meter, List<ByteBuf> pieces, boolean streamed) {
        JsonBodyRewriter rewriter = new JsonBodyRewriter(meter, null);
        RewrittenBody out = new RewrittenBody(UnpooledByteBufAllocator.DEFAULT);
        ByteBuf whole = Unpooled.buffer();
        try {
            if (streamed) {
                out.stream(MODEL_JSON);
            }
            for (ByteBuf piece : pieces) {
                if (!rewriter.feed(piece, out)) {
                    return Result.REFUSED;
                }
            }
            if (!rewriter.complete()) {
                return Result.REFUSED;
            }
            out.appendTo(whole, MODEL_JSON);
            assertThat(out.length(MODEL_JSON.length)).isEqualTo(whole.readableBytes());
            return new Result(
                    true,
                    whole.toString(UTF_8),
                    rewriter.usageForced(),
                    rewriter.askedOutput(),
                    rewriter.choices(),
                    rewriter.growth(MODEL_JSON.length));
        } finally {
            out.release();
        }
    }

    private static long askedOutput(Obj body) {
        long most = -1;
        for (Member member : body.members()) {
            if (BOUNDS.contains(member.name())) {
                most = Math.max(most, count(member.value()));
            }
        }
        return most;
    }

    /** The number that counts tokens; -1 if it is none. */
    static long count(@Nullable JsonTree value) {
        if (!(value instanceof Leaf leaf)
                || !leaf.kind().isNumeric()
                || !WHOLE.matcher(leaf.text()).matches()) {
            return -1;
        }
        BigInteger number = new BigInteger(leaf.text().replaceFirst("\\.0+$", ""));
        return number.signum() >= 0 && number.compareTo(TOO_LARGE) < 0 ? number.longValueExact() : -1;
    }

    private static Obj expected(Obj before, boolean meter) {
        List<Member> members = new ArrayList<>();
        for (Member member : before.members()) {
            JsonTree value = member.value();
            if (member.name().equals("model")) {
                value = new Leaf(JsonToken.VALUE_STRING, MODEL);
            } else if (meter && member.name().equals("stream_options") && value instanceof Obj options) {
                value = withUsage(options);
            } else if (meter && member.name().equals("stream_options")) {
                continue;
            }
            members.add(new Member(member.name(), value));
        }
        if (before.last("model") == null) {
            members.add(new Member("model", new Leaf(JsonToken.VALUE_STRING, MODEL)));
        }
        JsonTree options = before.last("stream_options");
        boolean stream = JsonTree.TRUE.equals(before.last("stream"));
        if (meter && stream && !(options instanceof Obj)) {
            members.add(new Member("stream_options", new Obj(List.of(USAGE))));
        } else if (meter && JsonTree.NULL.equals(options)) {
            members.add(new Member("stream_options", JsonTree.NULL));
        }
        return new Obj(members);
    }

    private static Obj withUsage(Obj options) {
        List<Member> members = new ArrayList<>();
        for (Member member : options.members()) {
            members.add(member.name().equals("include_usage") ? USAGE : member);
        }
        if (options.last("include_usage") == null) {
            members.add(USAGE);
        }
        return new Obj(members);
    }
}
