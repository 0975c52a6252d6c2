package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.gateway.JsonTree.Member;
import dev.inferencekey.server.gateway.JsonTree.Obj;
import dev.inferencekey.server.gateway.UsageScanFuzz.Found;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Any bytes as a stream of events (the first byte says whether the usage is hidden): what comes out is what went in but for that usage,
 * however the bytes are cut.
 */
public final class SseRelayFuzz {
    private static final byte[] NO_CHOICE = UsageChunk.noChoice(InferenceRoute.CHAT_COMPLETIONS);
    private static final Set<String> ENVELOPE = Set.of("id", "object", "created", "model", "usage", "choices");
    private static final String MARK = "\u00ef\u00bb\u00bf";

    private record Result(String text, boolean done, long pieces, Found usage) {}

    private SseRelayFuzz() {}

    /** Fails if the input shows a fault. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        boolean hide = (data[0] & 1) != 0;
        byte[] stream = FuzzInput.stretched(Arrays.copyOfRange(data, 1, data.length));
        List<Event> sent = events(new String(stream, ISO_8859_1));
        Result whole = null;
        for (List<ByteBuf> pieces : FuzzInput.cuts(stream)) {
            Result result = relayed(hide, pieces);
            whole = whole == null ? result : whole;
            assertThat(result.usage).isEqualTo(whole.usage);
            assertThat(result.pieces).isEqualTo(whole.pieces);
            assertThat(result.done).isEqualTo(sent.stream().anyMatch(Event::done));
            if (!hide) {
                assertThat(result.text.getBytes(ISO_8859_1)).isEqualTo(stream);
            } else if (!JsonTree.hasHalfAPair(stream)) {
                assertHidden(sent, result.text);
            }
        }
    }

    private static Result relayed(boolean hide, List<ByteBuf> pieces) {
        UsageScan usage = new UsageScan();
        SseRelay relay = new SseRelay(hide ? NO_CHOICE : null, usage, UnpooledByteBufAllocator.DEFAULT);
        ByteBuf out = Unpooled.buffer();
        for (ByteBuf piece : pieces) {
            relay.feed(piece, out);
        }
        relay.end(out);
        relay.release();
        return new Result(out.toString(ISO_8859_1), relay.doneSeen(), usage.passedPieces(), Found.of(usage));
    }

    /** Each event is there as it was, or changed as it has to be, or is rightly left out. */
    private static void assertHidden(List<Event> sent, String text) {
        int at = 0;
        StringBuilder before = new StringBuilder();
        for (Event event : sent) {
            Obj chunk = event.chunk();
            boolean usageChunk = chunk != null && UsageScanFuzz.expected(chunk).usageChunk();
            boolean nullUsage = chunk != null && JsonTree.NULL.equals(chunk.last("usage"));
            if (text.startsWith(event.text, at) && (!usageChunk || event.text.length() > SseRelay.MAX_HELD_BYTES)) {
                at += event.text.length();
            } else if (nullUsage && !usageChunk) {
                Event got = events(text.substring(at)).getFirst();
                assertThat(withoutUsage(got.chunk())).isEqualTo(withoutUsage(chunk));
                at += lengthBeside(got, event);
            } else {
                assertThat(usageChunk).as(event.text).isTrue();
                at += left(event, text.substring(at), before.toString());
            }
            before.append(event.data);
        }
        assertThat(at).isEqualTo(text.length());
    }

    /** The length of what is left of a chunk that was sent for its usage. */
    private static int left(Event sent, String text, String before) {
        Obj chunk = sent.chunk();
        assertThat(chunk).isNotNull();
        Obj noChoice = (Obj) JsonTree.parse(("{" + new String(NO_CHOICE, US_ASCII) + "}").getBytes(US_ASCII));
        Event got = text.isEmpty() ? null : events(text).getFirst();
        Obj left = got == null ? null : got.chunk();
        if (got != null
                && left != null
                && noChoice != null
                && noChoice.members().getFirst().value().equals(left.last("choices"))
                && others(left).equals(others(chunk))) {
            return lengthBeside(got, sent);
        }
        assertThat(others(chunk))
                .allMatch(member -> ENVELOPE.contains(member.name())
                        || member.value().equals(JsonTree.NULL)
                        || before.contains(member.name()));
        return 0;
    }

    /** The length of what came of an event; a line feed that has come to stand behind its carriage return was never its own. */
    private static int lengthBeside(Event got, Event sent) {
        boolean another = sent.text.endsWith("\r") && got.text.endsWith("\r\n");
        return got.text.length() - (another ? 1 : 0);
    }

    private static List<Member> others(Obj chunk) {
        return chunk.members().stream()
                .filter(member ->
                        !member.name().equals("usage") && !member.name().equals("choices"))
                .toList();
    }

    private static List<Member> withoutUsage(@Nullable Obj chunk) {
        assertThat(chunk).isNotNull();
        return chunk.members().stream()
                .filter(member ->
                        !member.name().equals("usage") || !member.value().equals(JsonTree.NULL))
                .toList();
    }

    private record Event(String text, String data, boolean done) {
        @Nullable
        Obj chunk() {
            return JsonTree.parse(data.getBytes(ISO_8859_1)) instanceof Obj object ? object : null;
        }
    }

    /** The events of a whole text, and what is left behind the last one. A line feed behind a carriage return ends no other line. */
    private static List<Event> events(String text) {
        List<Event> events = new ArrayList<>();
        StringBuilder data = new StringBuilder();
        boolean fields = false;
        boolean done = false;
        int event = 0;
        int line = text.startsWith(MARK) ? MARK.length() : 0;
        for (int i = line; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\n' && c != '\r') {
                continue;
            }
            int next = c == '\r' && text.startsWith("\n", i + 1) ? i + 2 : i + 1;
            boolean comment = text.startsWith(":", line);
            boolean blank = i == line;
            if (!blank && !comment) {
                fields = true;
                done |= data(text.substring(line, i), true, data);
            }
            line = next;
            i = next - 1;
            if (blank || (comment && !fields)) {
                events.add(new Event(text.substring(event, next), data.toString(), done));
                event = next;
                fields = false;
                done = false;
                data.setLength(0);
            }
        }
        done |= data(text.substring(Math.min(line, text.length())), false, data);
        if (event < text.length()) {
            events.add(new Event(text.substring(event), data.toString(), done));
        }
        return events;
    }

    /** Adds the line's data; whether it is the mark of the stream's end. */
    private static boolean data(String line, boolean ended, StringBuilder data) {
        if (!line.startsWith("data:")) {
            return false;
        }
        String value = line.substring(line.startsWith("data: ") ? "data: ".length() : "data:".length());
        data.append(value).append(ended ? "\n" : "");
        return value.replaceAll("^[ \t]+|[ \t]+$", "").equals("[DONE]");
    }
}
