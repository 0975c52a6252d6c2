package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.gateway.JsonTree.Leaf;
import dev.inferencekey.server.gateway.JsonTree.Member;
import dev.inferencekey.server.gateway.JsonTree.Obj;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * Any bytes as a JSON request body (the first byte says whether the route meters streams): accepted exactly if it is a JSON object to
 * Jackson, and then the same object but for the model and the wish for usage, however the bytes are cut.
 */
public final class ModelRewriteFuzz {
    private static final String MODEL = "org/served \"model\" é";
    private static final byte[] MODEL_JSON = "\"org/served \\\"model\\\" é\"".getBytes(UTF_8);
    private static final Set<String> BOUNDS = Set.of("max_tokens", "max_completion_tokens", "max_output_tokens");
    private static final BigInteger TOO_LARGE = BigInteger.TEN.pow(18);
    private static final Member USAGE = new Member("include_usage", JsonTree.TRUE);

    private record Result(boolean accepted, String text, boolean usageForced, long askedOutput) {
        static final Result REFUSED = new Result(false, "", false, 0);
    }

    private ModelRewriteFuzz() {}

    /** Fails if the input shows a fault. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        boolean meter = (data[0] & 1) != 0;
        byte[] body = Arrays.copyOfRange(data, 1, data.length);
        List<List<ByteBuf>> cuts = FuzzInput.cuts(body);
        Result whole = rewrite(meter, cuts.get(0), false);
        assertThat(rewrite(meter, cuts.get(1), false)).isEqualTo(whole);
        assertThat(rewrite(meter, cuts.get(2), true)).isEqualTo(whole);
        if (!(JsonTree.parse(body) instanceof Obj before)) {
            assertThat(whole.accepted && !JsonTree.hasHalfAPair(body)).isFalse();
            return;
        }
        assertThat(whole.accepted).isTrue();
        JsonTree options = before.last("stream_options");
        boolean stream = JsonTree.TRUE.equals(before.last("stream"));
        boolean canAsk = options == null || options.equals(JsonTree.NULL) || options instanceof Obj;
        boolean asks = options instanceof Obj wishes && JsonTree.TRUE.equals(wishes.last("include_usage"));
        assertThat(whole.usageForced).isEqualTo(meter && stream && canAsk && !asks);
        assertThat(whole.askedOutput).isEqualTo(askedOutput(before));
        assertThat(JsonTree.parse(whole.text.getBytes(UTF_8))).isEqualTo(expected(before, meter));
        if (!meter && before.last("model") == null) {
            assertThat(whole.text.getBytes(UTF_8)).isEqualTo(body);
        }
    }

    private static Result rewrite(boolean meter, List<ByteBuf> pieces, boolean streamed) {
        JsonBodyRewriter rewriter = new JsonBodyRewriter(meter);
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
            return new Result(true, whole.toString(UTF_8), rewriter.usageForced(), rewriter.askedOutput());
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
                || leaf.kind() != JsonToken.VALUE_NUMBER_INT
                || leaf.text().startsWith("-")) {
            return -1;
        }
        BigInteger number = new BigInteger(leaf.text());
        return number.compareTo(TOO_LARGE) < 0 ? number.longValueExact() : -1;
    }

    private static Obj expected(Obj before, boolean meter) {
        List<Member> members = new ArrayList<>();
        for (Member member : before.members()) {
            JsonTree value = member.value();
            if (member.name().equals("model")) {
                value = new Leaf(JsonToken.VALUE_STRING, MODEL);
            } else if (meter && member.name().equals("stream_options") && value instanceof Obj options) {
                value = withUsage(options);
            }
            members.add(new Member(member.name(), value));
        }
        JsonTree options = before.last("stream_options");
        boolean stream = JsonTree.TRUE.equals(before.last("stream"));
        if (meter && stream && (options == null || options.equals(JsonTree.NULL))) {
            members.add(new Member("stream_options", new Obj(List.of(USAGE))));
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
