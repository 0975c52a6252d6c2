package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.inferencekey.contract.error.ErrorCode;
import io.netty.buffer.ByteBuf;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Notices requests that come round: a model server elsewhere can turn out to be this installation again.
 *
 * <p>Notes. Each request to a model server elsewhere carries {@code Via: 1.1 inferencekey-<mark>}, which proxies in between keep, behind the
 * marks of other installations that it has passed. One that comes with our own mark has been here before. A chain of several
 * installations is fine, up to a bound. The mark follows from a secret of the installation, so that nobody makes one up; whoever has
 * seen it and sends it gets his own request refused, and nobody else's. The rest of what {@code Via} says is the caller's own way here and
 * goes no further. Decision 25. Immutable and thread-safe.
 */
final class Hops {
    /** So many other installations may have passed a request on before. */
    static final int MAX_HOPS = 4;

    private static final String NAME = "inferencekey-";
    private static final Pattern HOP = Pattern.compile("(?<![0-9A-Za-z-])" + NAME + "([0-9a-f]{16})(?![0-9A-Za-z-])");

    private static final byte[] VIA = "Via: ".getBytes(US_ASCII);

    private final String mark;
    private final byte[] own;

    /** @param mark of this installation: 16 hex digits */
    Hops(String mark) {
        if (!mark.matches("[0-9a-f]{16}")) {
            throw new IllegalArgumentException("a mark has 16 hex digits");
        }
        this.mark = mark;
        this.own = ("1.1 " + NAME + mark + "\r\n").getBytes(US_ASCII);
    }

    /** Why a request goes no further, null if it does. */
    @Nullable
    Refusal refusal(RequestHead head) {
        if (!head.has(KnownHeader.VIA)) {
            return null;
        }
        int others = 0;
        Matcher hop = HOP.matcher(head.list(KnownHeader.VIA));
        while (hop.find()) {
            if (hop.group(1).equals(mark)) {
                return Refusal.of(
                        ErrorCode.LOOP_DETECTED,
                        "this request has passed through this installation before: a workload leads back here;"
                                + " have its config.base_url changed");
            }
            others++;
        }
        return others <= MAX_HOPS
                ? null
                : Refusal.of(
                        ErrorCode.LOOP_DETECTED,
                        "this request has passed through more than " + MAX_HOPS
                                + " installations one after the other; call the last one directly");
    }

    /** The installations that a request comes from, as the beginning of a {@code Via} header's value; empty for none. */
    String before(RequestHead head) {
        if (!head.has(KnownHeader.VIA)) {
            return "";
        }
        StringBuilder before = new StringBuilder();
        Matcher hop = HOP.matcher(head.list(KnownHeader.VIA));
        while (hop.find()) {
            before.append("1.1 ").append(hop.group()).append(", ");
        }
        return before.toString();
    }

    /** Appends the header that tells the next one of us; {@code before} as {@link #before} says. */
    void append(ByteBuf out, String before) {
        out.writeBytes(VIA);
        out.writeCharSequence(before, US_ASCII);
        out.writeBytes(own);
    }
}
