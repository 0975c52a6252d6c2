package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.inferencekey.server.domain.inference.InferenceRoute;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A chunk that a model server sent to tell the usage of a stream to a caller who did not ask for it: what is left of it without that.
 *
 * <p>Notes. llama.cpp puts its timings there, vLLM its fingerprint, so the chunk is passed on if it has a member that is neither part of
 * every chunk nor known from the stream's first one; else it is left out. Such a caller never meets a chunk without a choice anywhere
 * else, and most read the first one unasked, so it gets one that says nothing.
 *
 * <p>One chunk each. Comes once in a stream, so that it may cost a little. Not thread-safe.
 */
final class UsageChunk extends JsonScan {
    private static final byte[] CHAT_CHOICES =
            "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":null}]".getBytes(US_ASCII);
    private static final byte[] COMPLETION_CHOICES =
            "\"choices\":[{\"index\":0,\"text\":\"\",\"finish_reason\":null}]".getBytes(US_ASCII);
    private static final byte[] USAGE = "usage".getBytes(US_ASCII);
    private static final byte[] CHOICES = "choices".getBytes(US_ASCII);
    private static final byte[][] ENVELOPE = {
        "id".getBytes(US_ASCII), "object".getBytes(US_ASCII), "created".getBytes(US_ASCII), "model".getBytes(US_ASCII)
    };

    private enum Member {
        USAGE,
        CHOICES,
        KNOWN,
        NEW
    }

    private final byte[] json;
    private final UsageScan stream;
    private final byte[] noChoice;
    private final ByteArrayOutputStream left = new ByteArrayOutputStream();
    private Member member = Member.KNOWN;
    private int memberFrom;
    private boolean choicesWritten;
    private boolean worthPassing;

    private UsageChunk(byte[] json, UsageScan stream, byte[] noChoice) {
        this.json = json;
        this.stream = stream;
        this.noChoice = noChoice;
    }

    /** The member of a chunk of the route that has a choice which says nothing. */
    static byte[] noChoice(InferenceRoute route) {
        return route == InferenceRoute.COMPLETIONS ? COMPLETION_CHOICES : CHAT_CHOICES;
    }

    /**
     * What is left of the chunk; null if that is nothing that the caller needs.
     *
     * @param json a complete value, of which {@link UsageScan#isUsageChunk} holds
     * @param stream knows the names of the first chunk's members
     */
    static byte @Nullable [] withoutUsage(byte[] json, UsageScan stream, byte[] noChoice) {
        UsageChunk chunk = new UsageChunk(json, stream, noChoice);
        chunk.scan(json, 0, json.length);
        if (!chunk.worthPassing) {
            return null;
        }
        if (!chunk.choicesWritten) {
            chunk.next();
            chunk.left.writeBytes(noChoice);
        }
        chunk.left.write('}');
        return chunk.left.toByteArray();
    }

    @Override
    void keyEnded(int atDepth) {
        if (atDepth == 1) {
            member = keyIs(USAGE)
                    ? Member.USAGE
                    : keyIs(CHOICES) ? Member.CHOICES : isKnown() ? Member.KNOWN : Member.NEW;
        }
    }

    private boolean isKnown() {
        for (byte[] name : ENVELOPE) {
            if (keyIs(name)) {
                return true;
            }
        }
        long name = keyHash();
        return name != 0 && stream.knowsMember(name);
    }

    @Override
    void valueStarted(int atDepth, byte first, int index) {
        if (atDepth == 0) {
            memberFrom = index + 1;
        } else if (atDepth == 1) {
            worthPassing |= member == Member.NEW && first != 'n';
        }
    }

    @Override
    void valueEnded(int atDepth, int end) {
        if (atDepth != 1) {
            return;
        }
        if (member == Member.CHOICES && !choicesWritten) {
            next();
            left.writeBytes(noChoice);
            choicesWritten = true;
        } else if (member == Member.KNOWN || member == Member.NEW) {
            next();
            left.write(json, memberFrom, end - memberFrom);
        }
        memberFrom = end;
        while (memberFrom < json.length && json[memberFrom] != ',') {
            memberFrom++;
        }
        memberFrom++;
    }

    private void next() {
        left.write(left.size() == 0 ? '{' : ',');
    }

    @Override
    void closing(int memberDepth, int index, boolean empty) {
        // Nothing is written where nothing ends.
    }
}
