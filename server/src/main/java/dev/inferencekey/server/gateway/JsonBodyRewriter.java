package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Passes a JSON object on byte for byte, except for the value of {@code model}, which is put in if it is missing, and, on routes that
 * stream chat chunks, {@code stream_options.include_usage}, and, if it has to be bounded, how long the answer may be: all that says so is taken
 * out, and the largest of it is written as one member that each engine reads. What the gateway acts on means the same to every reader behind it: a body in
 * which such a member is there twice, is spelled so that some readers take it for one (decision 26), or has a value of the wrong kind, is
 * refused.
 *
 * <p>Notes. Inside a {@code stream_options} object, {@code include_usage} is made true at once, before it is known whether the request
 * streams, because {@code stream} may come later and the object means nothing without it. A {@code stream_options} that is null counts as
 * missing: it is taken out, with the comma behind it, and what has to be there is written as the last member. So its key is held back
 * until its value begins: if the key came in an earlier piece, it is marked in {@link RewrittenBody}. What says how long the answer may be goes the same
 * way. A byte order mark is taken off.
 */
final class JsonBodyRewriter extends JsonScan implements BodyRewriter {
    private static final byte[] INCLUDE_USAGE = "include_usage".getBytes(US_ASCII);
    private static final byte[] TRUE = "true".getBytes(US_ASCII);
    private static final byte[] COMMA = ",".getBytes(US_ASCII);
    private static final byte[] MODEL_KEY = "\"model\":".getBytes(US_ASCII);
    private static final byte[] OPTIONS_KEY = "\"stream_options\":".getBytes(US_ASCII);
    private static final byte[] NO_OPTIONS = "null".getBytes(US_ASCII);
    private static final byte[] USAGE_OPTIONS = "{\"include_usage\":true}".getBytes(US_ASCII);
    private static final byte[] USAGE_MEMBER = "\"include_usage\":true".getBytes(US_ASCII);
    private static final byte[] NEXT_USAGE_MEMBER = ",\"include_usage\":true".getBytes(US_ASCII);
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    /** All that can be added besides the model itself: a key for it, and the wish for usage in its longest form. */
    private static final int MAX_ADDED = 64;

    /** And a bound of the answer: a key, a number and a comma. */
    private static final int MAX_BOUND = 64;

    /** More bytes of a key can't be one that is asked for, however it is spelled. */
    private static final int MAX_KEY_BYTES = 200;

    private static final int NOT_SKIPPING = -1;
    private static final int IN_EARLIER_PIECE = -1;

    /** A member of the object that the gateway acts on. */
    private enum Member {
        MODEL,
        STREAM,
        STREAM_OPTIONS,
        MAX_TOKENS,
        MAX_COMPLETION_TOKENS,
        MAX_OUTPUT_TOKENS,
        N,
        /** llama.cpp's; it prefers it to the usual ones. */
        N_PREDICT,
        /** llama.cpp's {@link #N}. */
        N_CMPL,
        BEST_OF,
        OTHER;

        private static final Member[] ASKED_FOR = {
            MODEL, STREAM, STREAM_OPTIONS, MAX_TOKENS, MAX_COMPLETION_TOKENS, MAX_OUTPUT_TOKENS, N
        };

        /** Under a budget. */
        private static final Member[] ALL_ASKED_FOR = {
            MODEL,
            STREAM,
            STREAM_OPTIONS,
            MAX_TOKENS,
            MAX_COMPLETION_TOKENS,
            MAX_OUTPUT_TOKENS,
            N,
            N_PREDICT,
            N_CMPL,
            BEST_OF
        };

        private final byte[] key = name().toLowerCase(Locale.ROOT).getBytes(US_ASCII);

        @SuppressWarnings("EnumOrdinal") // A bit and nothing that is stored or told.
        int bit() {
            return 1 << ordinal();
        }

        String text() {
            return new String(key, US_ASCII);
        }
    }

    private final boolean meterStream;
    private final @Nullable CountedBody counted;
    private final @Nullable OutputBound bound;
    /** How many bytes came before the piece. */
    private long bytesBefore;

    private boolean withoutUsage;
    private boolean usageAdded;
    private @Nullable String problem;
    private int marks;
    private int seen;
    private Member member = Member.OTHER;
    private boolean isCount;
    private boolean negative;
    private boolean includeUsageKey;
    private boolean insideOptions;
    private boolean optionsSeen;
    private boolean includeUsageSeen;
    private boolean stream;
    private boolean callerAsksForUsage;
    private long askedOutput = -1;
    private long choices = 1;

    private int skipDepth = NOT_SKIPPING;
    private int copyFrom;
    /** Inside the key of a member: where it begins in the piece. */
    private boolean inTopKey;

    private int topKeyAt;
    /** From the key of {@code stream_options} to its value; if that is null, or from the key of a length, to the next key or to the end. */
    private boolean dropping;

    private boolean lastDropped;
    private byte @Nullable [] in;
    private @Nullable RewrittenBody out;

    /**
     * A new one for one body.
     *
     * @param meterStream whether a streamed answer of the route has a usage chunk that can be asked for
     * @param counted what counts the body of a call under a budget, whose answer gets a bound; null if it is under none
     */
    JsonBodyRewriter(boolean meterStream, @Nullable CountedBody counted) {
        super(counted == null ? WATCHED_DEPTH : CountedBody.WATCHED_DEPTH);
        this.meterStream = meterStream;
        this.counted = counted;
        this.bound = counted == null ? null : counted.bound();
    }

    /** Whether the model server was made to send a usage chunk that the caller did not ask for. Known once the body is complete. */
    boolean usageForced() {
        return meterStream && stream && !callerAsksForUsage && !(withoutUsage && usageAdded);
    }

    /** Whether {@code stream_options} was added as a whole, so that the request can do without it. Known once the body is complete. */
    boolean usageAdded() {
        return usageAdded;
    }

    /** From now on does not add {@code stream_options}: the model server refuses it. What was added is for the owner to leave out. */
    void leaveUsageOut() {
        withoutUsage = true;
    }

    /** Whether a stream is asked for. Known once the body is complete. */
    boolean streams() {
        return stream;
    }

    /**
     * The largest of the members that bound the output in tokens, -1 if none has come so far. Under a budget, of those that some engine reads on
     * the route; once the body is complete, what was written instead of them.
     */
    long askedOutput() {
        return askedOutput;
    }

    /** How many answers are asked for, as far as is known; 1 or more. */
    long choices() {
        return choices;
    }

    /** What the call, which is under a budget, can come to, by the {@code bytes} of its body; that must be complete. */
    WorstCase worstCase(long bytes) {
        if (counted == null) {
            throw new IllegalStateException("not counted");
        }
        return counted.worstCase(bytes, bound == null ? 0 : askedOutput, choices);
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
        int from = 0;
        while (marks < BYTE_ORDER_MARK.length && from < length && piece[from] == BYTE_ORDER_MARK[marks]) {
            marks++;
            from++;
        }
        if (from < length && marks < BYTE_ORDER_MARK.length) {
            if (marks > 0) {
                return false; // A part of one.
            }
            marks = BYTE_ORDER_MARK.length;
        }
        in = piece;
        out = target;
        copyFrom = from;
        topKeyAt = IN_EARLIER_PIECE;
        boolean sound = scan(piece, from, length);
        bytesBefore += length;
        if (sound && skipDepth == NOT_SKIPPING && !dropping) {
            if (inTopKey && topKeyAt != IN_EARLIER_PIECE) {
                copyUpTo(topKeyAt).mark();
            }
            copyUpTo(length);
            if (inTopKey && target.marked() > MAX_KEY_BYTES) {
                target.unmark();
            }
        }
        in = null;
        out = null;
        return sound;
    }

    @Override
    public String problem() {
        return problem == null ? "the body is not a JSON object" : problem;
    }

    @Override
    public long growth(int modelLength) {
        return (long) MAX_ADDED + (bound == null ? 0 : MAX_BOUND) + modelLength;
    }

    @Override
    void keyStarted(int atDepth, int index) {
        if (atDepth == 1) {
            resume(index);
            lastDropped = false;
            inTopKey = true;
            topKeyAt = index;
        }
    }

    @Override
    void keyEnded(int atDepth) {
        if (counted != null) {
            counted.keyEnded(atDepth, key());
        }
        if (atDepth == 1) {
            member = memberOfKey();
            inTopKey = false;
            if ((member == Member.STREAM_OPTIONS && meterStream) || (bound != null && isLength(bound))) {
                if (topKeyAt == IN_EARLIER_PIECE) {
                    target().backToMark();
                } else {
                    copyUpTo(topKeyAt);
                }
                dropping = true;
            } else if (topKeyAt == IN_EARLIER_PIECE) {
                target().unmark();
            }
        } else if (atDepth == 2 && insideOptions) {
            includeUsageKey = keyLooksLike(INCLUDE_USAGE);
            if (includeUsageKey) {
                requireExact(INCLUDE_USAGE);
                requireOnce(!includeUsageSeen, "include_usage");
            }
        }
    }

    private Member memberOfKey() {
        for (Member each : bound == null ? Member.ASKED_FOR : Member.ALL_ASKED_FOR) {
            if (keyLooksLike(each.key)) {
                requireExact(each.key);
                requireOnce((seen & each.bit()) == 0, each.text());
                seen |= each.bit();
                return each;
            }
        }
        return Member.OTHER;
    }

    /** Whether some engine reads the member as how long the answer may be, on the route that {@code of} bounds. */
    private boolean isLength(OutputBound of) {
        return switch (member) {
            // On v1/responses llama.cpp reads those of its other routes as well.
            case MAX_TOKENS, MAX_COMPLETION_TOKENS, N_PREDICT -> true;
            case MAX_OUTPUT_TOKENS -> of.key() == OutputBound.Member.MAX_OUTPUT_TOKENS;
            case MODEL, STREAM, STREAM_OPTIONS, N, N_CMPL, BEST_OF, OTHER -> false;
        };
    }

    private void requireExact(byte[] name) {
        if (!keyIs(name)) {
            String text = new String(name, US_ASCII);
            refuse("the body has a member that some readers take for \"" + text + "\" and others do not; write it as \""
                    + text + "\", or leave it out");
        }
    }

    private void requireOnce(boolean once, String name) {
        if (!once) {
            refuse("the body has the member \"" + name + "\" twice; send it once");
        }
    }

    private void refuse(String why) {
        problem = problem == null ? why : problem;
        refuse();
    }

    @Override
    void valueStarted(int atDepth, byte first, int index) {
        if (counted != null) {
            StringReader reader = counted.valueStarted(atDepth, first, bytesBefore + index);
            if (reader != null) {
                read(reader);
            }
            refuseUncountable(counted);
        }
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

    private void memberStarted(byte first, int index) {
        switch (member) {
            case MODEL -> replaceFrom(index, 1).model();
            case STREAM -> {
                stream = first == 't';
                if (first != 't' && first != 'f' && first != 'n') {
                    refuse("\"stream\" must be true or false");
                }
            }
            case STREAM_OPTIONS -> optionsStarted(first, index);
            case MAX_TOKENS, MAX_COMPLETION_TOKENS, MAX_OUTPUT_TOKENS, N, N_PREDICT, N_CMPL, BEST_OF -> {
                isCount = first != 'n';
                negative = first == '-';
                lastDropped = dropping;
                if (isCount && !negative && (first < '0' || first > '9')) {
                    refuse("\"" + member.text() + "\" must be a whole number");
                }
            }
            case OTHER -> {
                // Passed on as it is.
            }
        }
    }

    private void optionsStarted(byte first, int index) {
        if (first != '{' && first != 'n') {
            refuse("\"stream_options\" must be an object");
        } else if (meterStream && first == 'n') {
            lastDropped = true;
        } else if (meterStream) {
            insideOptions = true;
            optionsSeen = true;
            resume(index);
            target().write(OPTIONS_KEY);
        }
    }

    @Override
    void valueEnded(int atDepth, int end) {
        if (atDepth == skipDepth) {
            skipDepth = NOT_SKIPPING;
            copyFrom = end;
        }
        if (atDepth == 1) {
            if (isCount) {
                countEnded();
            }
            insideOptions = false;
        }
        if (counted != null) {
            counted.valueEnded(atDepth, bytesBefore + end);
            refuseUncountable(counted);
        }
    }

    private void refuseUncountable(CountedBody body) {
        String why = body.problem();
        if (why != null) {
            refuse(why);
        }
    }

    private void countEnded() {
        isCount = false;
        if (integer() < 0 && negative) {
            return; // To some engines that means that there is no bound.
        }
        if (integer() < 0) {
            refuse("\"" + member.text() + "\" must be a whole number");
        } else if (member == Member.N || member == Member.N_CMPL || member == Member.BEST_OF) {
            choices = Math.max(choices, integer());
        } else if (bound == null) {
            askedOutput = Math.max(askedOutput, integer());
        } else if (isLength(bound)) {
            // To some engines 0 means that there is no bound, and to the others that there is next to no answer.
            askedOutput = Math.max(askedOutput, Math.max(1, integer()));
        }
    }

    @Override
    void closing(int memberDepth, int index, boolean empty) {
        if (counted != null) {
            counted.closing(memberDepth); // What it finds is told when the container's value ends.
        }
        if (memberDepth == 2 && insideOptions && !includeUsageSeen) {
            copyUpTo(index).write(empty ? USAGE_MEMBER : NEXT_USAGE_MEMBER);
        } else if (memberDepth == 1) {
            resume(index);
            addMembers(copyUpTo(index), !empty && !lastDropped, index);
        }
    }

    /** What is missing at the object's end; {@code comma} if a member stands right before it. */
    private void addMembers(RewrittenBody target, boolean commaFirst, int index) {
        boolean comma = commaFirst;
        boolean modelMissing = (seen & Member.MODEL.bit()) == 0;
        if (modelMissing) {
            add(target, comma, MODEL_KEY);
            target.model();
            comma = true;
        }
        if (bound != null) {
            askedOutput = askedOutput < 0 ? bound.behind(bytesBefore + index) : bound.capped(askedOutput);
            add(target, comma, bound.key().bytes());
            target.write(Long.toString(askedOutput).getBytes(US_ASCII));
            comma = true;
        }
        boolean optionsNull = (seen & Member.STREAM_OPTIONS.bit()) != 0 && !optionsSeen;
        if (meterStream && stream && !optionsSeen) {
            usageAdded = true;
            if (!withoutUsage) {
                target.optionalBegins();
                add(target, comma, OPTIONS_KEY);
                target.write(USAGE_OPTIONS);
                target.optionalEnds();
            }
        } else if (meterStream && optionsNull) {
            add(target, comma, OPTIONS_KEY);
            target.write(NO_OPTIONS);
        }
    }

    private static void add(RewrittenBody target, boolean comma, byte[] key) {
        if (comma) {
            target.write(COMMA);
        }
        target.write(key);
    }

    /** Passing on goes on from {@code index}, if it was held up. */
    private void resume(int index) {
        if (dropping) {
            dropping = false;
            copyFrom = index;
        }
    }

    private RewrittenBody replaceFrom(int index, int atDepth) {
        skipDepth = atDepth;
        return copyUpTo(index);
    }

    private RewrittenBody copyUpTo(int index) {
        byte[] source = in;
        RewrittenBody target = target();
        if (source == null) {
            throw new IllegalStateException("called outside feed");
        }
        target.copy(source, copyFrom, index - copyFrom);
        copyFrom = index;
        return target;
    }

    private RewrittenBody target() {
        RewrittenBody target = out;
        if (target == null) {
            throw new IllegalStateException("called outside feed");
        }
        return target;
    }
}
