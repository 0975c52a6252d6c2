package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Passes a JSON object on byte for byte, except for the value of each top-level {@code model}, and, on routes that stream chat chunks,
 * {@code stream_options.include_usage}.
 *
 * <p>Notes. Inside a {@code stream_options} object, {@code include_usage} is made true at once, before it is known whether the request
 * streams, because {@code stream} may come later and the object means nothing without it. Where there is no such object, one is added
 * as the last member if the request streams: parsers take the last of two equal keys, so a {@code null} that came before is overruled.
 */
final class JsonBodyRewriter extends JsonScan implements BodyRewriter {
    private static final byte[] MODEL = "model".getBytes(US_ASCII);
    private static final byte[] STREAM = "stream".getBytes(US_ASCII);
    private static final byte[] STREAM_OPTIONS = "stream_options".getBytes(US_ASCII);
    private static final byte[] INCLUDE_USAGE = "include_usage".getBytes(US_ASCII);
    private static final byte[] MAX_TOKENS = "max_tokens".getBytes(US_ASCII);
    private static final byte[] MAX_COMPLETION_TOKENS = "max_completion_tokens".getBytes(US_ASCII);
    private static final byte[] MAX_OUTPUT_TOKENS = "max_output_tokens".getBytes(US_ASCII);
    private static final byte[] TRUE = "true".getBytes(US_ASCII);
    private static final byte[] USAGE_MEMBER = "\"include_usage\":true".getBytes(US_ASCII);
    private static final byte[] NEXT_USAGE_MEMBER = ",\"include_usage\":true".getBytes(US_ASCII);
    private static final byte[] NEXT_OPTIONS_MEMBER = ",\"stream_options\":{\"include_usage\":true}".getBytes(US_ASCII);

    private static final int NOT_SKIPPING = -1;

    private enum Member {
        MODEL,
        STREAM,
        STREAM_OPTIONS,
        MAX_OUTPUT,
        OTHER
    }

    private enum Options {
        NONE,
        OBJECT,
        NOT_AN_OBJECT
    }

    private final boolean meterStream;
    private Member member = Member.OTHER;
    private boolean includeUsageKey;
    private boolean insideOptions;
    private boolean includeUsageSeen;
    private Options options = Options.NONE;
    private boolean stream;
    private boolean callerAsksForUsage;
    private long askedOutput = -1;

    private int skipDepth = NOT_SKIPPING;
    private int copyFrom;
    private byte @Nullable [] in;
    private @Nullable RewrittenBody out;

    /** {@code meterStream} says whether a streamed answer of the route has a usage chunk that can be asked for. */
    JsonBodyRewriter(boolean meterStream) {
        this.meterStream = meterStream;
    }

    /** Whether the model server was made to send a usage chunk that the caller did not ask for. Known once the body is complete. */
    boolean usageForced() {
        return meterStream && stream && options != Options.NOT_AN_OBJECT && !callerAsksForUsage;
    }

    /** The largest of the members that bound the output in tokens, -1 if none has come so far. */
    long askedOutput() {
        return askedOutput;
    }

    @Override
    public boolean feed(ByteBuf bytes, RewrittenBody target) {
        byte[] piece = Scratch.ofThread();
        int end = bytes.writerIndex();
        boolean sound = true;
        for (int i = bytes.readerIndex(); i < end && sound; i += piece.length) {
            int length = Math.min(piece.length, end - i);
            bytes.getBytes(i, piece, 0, length);
            sound = feed(piece, length, target);
        }
        return sound;
    }

    private boolean feed(byte[] piece, int length, RewrittenBody target) {
        in = piece;
        out = target;
        copyFrom = 0;
        boolean sound = scan(piece, 0, length);
        if (sound && skipDepth == NOT_SKIPPING) {
            target.copy(piece, copyFrom, length - copyFrom);
        }
        in = null;
        out = null;
        return sound;
    }

    @Override
    public String expected() {
        return "a JSON object";
    }

    @Override
    void keyEnded(int atDepth) {
        if (atDepth == 1) {
            member = keyIs(MODEL)
                    ? Member.MODEL
                    : keyIs(STREAM)
                            ? Member.STREAM
                            : keyIs(STREAM_OPTIONS)
                                    ? Member.STREAM_OPTIONS
                                    : boundsOutput() ? Member.MAX_OUTPUT : Member.OTHER;
        } else if (atDepth == 2 && insideOptions) {
            includeUsageKey = keyIs(INCLUDE_USAGE);
        }
    }

    @Override
    void valueStarted(int atDepth, byte first, int index) {
        if (atDepth == 0 && first != '{') {
            refuse();
        } else if (atDepth == 1) {
            memberStarted(first, index);
        } else if (atDepth == 2 && insideOptions && includeUsageKey) {
            includeUsageSeen = true;
            callerAsksForUsage = first == 't';
            if (first != 't') {
                replaceFrom(index, atDepth).write(TRUE);
            }
        }
    }

    private boolean boundsOutput() {
        return keyIs(MAX_TOKENS) || keyIs(MAX_COMPLETION_TOKENS) || keyIs(MAX_OUTPUT_TOKENS);
    }

    private void memberStarted(byte first, int index) {
        switch (member) {
            case MODEL -> replaceFrom(index, 1).model();
            case STREAM -> stream = first == 't';
            case STREAM_OPTIONS -> {
                if (meterStream) {
                    callerAsksForUsage = false;
                    includeUsageSeen = false;
                    includeUsageKey = false;
                    insideOptions = first == '{';
                    options = insideOptions ? Options.OBJECT : first == 'n' ? Options.NONE : Options.NOT_AN_OBJECT;
                }
            }
            case MAX_OUTPUT, OTHER -> {
                // Passed on as it is.
            }
        }
    }

    @Override
    void valueEnded(int atDepth, int end) {
        if (atDepth == skipDepth) {
            skipDepth = NOT_SKIPPING;
            copyFrom = end;
        }
        if (atDepth == 1) {
            if (member == Member.MAX_OUTPUT) {
                askedOutput = Math.max(askedOutput, integer());
            }
            insideOptions = false;
        }
    }

    @Override
    void closing(int memberDepth, int index, boolean empty) {
        if (memberDepth == 2 && insideOptions && !includeUsageSeen) {
            copyUpTo(index).write(empty ? USAGE_MEMBER : NEXT_USAGE_MEMBER);
        } else if (memberDepth == 1 && meterStream && stream && options == Options.NONE) {
            copyUpTo(index).write(NEXT_OPTIONS_MEMBER);
        }
    }

    private RewrittenBody replaceFrom(int index, int atDepth) {
        skipDepth = atDepth;
        return copyUpTo(index);
    }

    private RewrittenBody copyUpTo(int index) {
        byte[] source = in;
        RewrittenBody target = out;
        if (source == null || target == null) {
            throw new IllegalStateException("called outside feed");
        }
        target.copy(source, copyFrom, index - copyFrom);
        copyFrom = index;
        return target;
    }
}
