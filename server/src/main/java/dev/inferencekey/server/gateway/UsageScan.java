package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds in a model server's JSON answer, or in each event of a stream, what metering asks for: the token counts, how much text was told,
 * and whether an error is told. What is not there, or is not a whole number, stays unknown.
 *
 * <p>Notes. Counts are read from the top-level {@code usage}, from that of a top-level {@code response} as the events of {@code
 * v1/responses} carry it, from that of a choice (Moonshot), or from {@code meta.tokens} and {@code meta.billed_units} (Cohere), in this
 * order. Text is what stands in a choice's {@code delta} or {@code text}, or in a top-level {@code delta}. {@code inside} says for each
 * depth what the container is whose members have that depth; {@code field} is what the value is that comes next.
 */
final class UsageScan extends JsonScan {
    private static final byte[] USAGE = ascii("usage");
    private static final byte[] RESPONSE = ascii("response");
    private static final byte[] CHOICES = ascii("choices");
    private static final byte[] ERROR = ascii("error");
    private static final byte[] META = ascii("meta");
    private static final byte[] DELTA = ascii("delta");
    private static final byte[] TEXT = ascii("text");
    private static final byte[] ROLE = ascii("role");
    private static final byte[] TOKENS = ascii("tokens");
    private static final byte[] BILLED_UNITS = ascii("billed_units");
    private static final byte[] PROMPT_TOKENS = ascii("prompt_tokens");
    private static final byte[] INPUT_TOKENS = ascii("input_tokens");
    private static final byte[] COMPLETION_TOKENS = ascii("completion_tokens");
    private static final byte[] OUTPUT_TOKENS = ascii("output_tokens");
    private static final byte[] TOTAL_TOKENS = ascii("total_tokens");
    private static final byte[] PROMPT_DETAILS = ascii("prompt_tokens_details");
    private static final byte[] INPUT_DETAILS = ascii("input_tokens_details");
    private static final byte[] COMPLETION_DETAILS = ascii("completion_tokens_details");
    private static final byte[] OUTPUT_DETAILS = ascii("output_tokens_details");
    private static final byte[] CACHED_TOKENS = ascii("cached_tokens");
    private static final byte[] PROMPT_CACHE_HIT_TOKENS = ascii("prompt_cache_hit_tokens");
    private static final byte[] REASONING_TOKENS = ascii("reasoning_tokens");

    private static final byte[] MEMBER = ascii("\"usage\":");
    /** How far before the end of an answer its usage is looked for. */
    private static final int TAIL_BYTES = 1024;

    private static final int NONE = -1;
    private static final int DELTA_DEPTH = 4;

    /** What a container is. */
    private enum Place {
        ROOT,
        RESPONSE,
        USAGE,
        CHOICE_USAGE,
        INPUT_DETAILS,
        OUTPUT_DETAILS,
        CHOICES,
        CHOICE,
        DELTA,
        META,
        META_TOKENS,
        META_BILLED,
        OTHER
    }

    /** What a member is. */
    private enum Field {
        USAGE,
        RESPONSE,
        CHOICES,
        ERROR,
        META,
        DELTA,
        CONTENT,
        INPUT_DETAILS,
        OUTPUT_DETAILS,
        META_TOKENS,
        META_BILLED,
        INPUT,
        OUTPUT,
        TOTAL,
        CACHED,
        REASONING,
        OTHER
    }

    /** What a value is of which the length is of interest. */
    private enum Content {
        TEXT,
        OTHER,
        ERROR
    }

    private final Place[] inside = new Place[WATCHED_DEPTH + 2];
    private Field field = Field.OTHER;
    private final TokenCounts ofUsage = new TokenCounts();
    private final TokenCounts ofChoice = new TokenCounts();
    private final TokenCounts ofMeta = new TokenCounts();
    private final TokenCounts ofBilling = new TokenCounts();

    /** Of the value that is being read, from here to {@link #restart}. */
    private boolean usageSeen;

    private boolean choicesFilled;
    private boolean errorSeen;
    private int nullAt = NONE;
    private int pieces;
    private long textBytes;

    private int contentDepth = NONE;
    private int contentFrom;
    private Content content = Content.TEXT;
    private boolean deltaHasContent;
    private int deltaTextBytes;

    /** Of all values before. */
    private boolean finalSeen;

    private boolean errorToldBefore;
    private long passedPieces;
    private long passedTextBytes;
    private int base;
    /** The names of the first value's members, while and once it is read. */
    private @Nullable MemberNames names;

    private boolean firstValue = true;

    UsageScan() {
        inside[1] = Place.ROOT;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    /** Begins the next value of the same answer, for what was whole or passed on; counts stay until newer ones come. */
    @Override
    void restart() {
        finalSeen |= isUsageChunk();
        errorToldBefore |= errorSeen;
        passedPieces += pieces;
        passedTextBytes += textBytes;
        firstValue = false;
        forgetValue();
    }

    private void forgetValue() {
        super.restart();
        inside[1] = Place.ROOT;
        field = Field.OTHER;
        usageSeen = false;
        choicesFilled = false;
        errorSeen = false;
        nullAt = NONE;
        pieces = 0;
        textBytes = 0;
        contentDepth = NONE;
    }

    /** Remembers the names of the first value's members, for {@link #knowsMember}. */
    void rememberNames() {
        names = new MemberNames();
    }

    /** Whether the first value had a member with this name, and is not the present one. */
    boolean knowsMember(long nameHash) {
        return !firstValue && names != null && names.contains(nameHash);
    }

    /** Takes a piece of a value; what {@link #usageNullAt} tells is {@code offset} above the index in it. */
    void scan(byte[] in, int from, int to, int offset) {
        base = offset;
        scan(in, from, to);
    }

    /**
     * Takes the whole of an answer. Model servers tell the usage last, so the end is looked at first: if what stands there from a member
     * of that name on reads as the rest of an object and nothing more, it is a member of the outermost one, since everything that is
     * open has to be closed. If not, all is read.
     */
    void scanWhole(ByteBuf in, int from, int to) {
        byte[] tail = Scratch.ofThread();
        int length = Math.min(to - from, TAIL_BYTES);
        in.getBytes(to - length, tail, 0, length);
        int member = lastMember(tail, length);
        if (member >= 0) {
            restartAtMember();
            if (scan(tail, member, length) && complete()) {
                return;
            }
            forgetValue();
            ofUsage.clear();
            ofChoice.clear();
            ofMeta.clear();
            ofBilling.clear();
        }
        scan(in, from, to);
    }

    /** Where the last member that may be the usage begins; -1 if there is none. What stands before it keeps out the end of a text. */
    private static int lastMember(byte[] in, int length) {
        for (int i = length - MEMBER.length; i > 0; i--) {
            if (in[i] == '"'
                    && (in[i - 1] == ',' || in[i - 1] == '{')
                    && Arrays.equals(in, i, i + MEMBER.length, MEMBER, 0, MEMBER.length)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether the value is a chunk that tells the usage and has no choice, so that it was sent for its usage. */
    boolean isUsageChunk() {
        return complete() && usageSeen && !choicesFilled;
    }

    /** Where the value's top-level {@code usage} is null; -1 if it is not. */
    int usageNullAt() {
        return complete() ? nullAt : NONE;
    }

    /** Whether the usage of all of a stream was told, and not only of what came up to then. */
    boolean finalUsageSeen() {
        return finalSeen || isUsageChunk();
    }

    /** Whether an error was told. */
    boolean errorTold() {
        return errorToldBefore || errorSeen;
    }

    /** In how many pieces text came: at least as many tokens are in it. Only of values that were followed by {@link #restart}. */
    long passedPieces() {
        return passedPieces;
    }

    /** How many bytes of text came, as they are written in JSON. Only of values that were followed by {@link #restart}. */
    long passedTextBytes() {
        return passedTextBytes;
    }

    /** {@code totalIsInput}: where nothing is generated, a total that stands alone is the input. */
    @Nullable
    Long inputTokens(boolean totalIsInput) {
        return told().input(totalIsInput);
    }

    @Nullable
    Long outputTokens() {
        return told().output();
    }

    @Nullable
    Long cachedTokens() {
        return told().cached();
    }

    private TokenCounts told() {
        return ofUsage.any() ? ofUsage : ofChoice.any() ? ofChoice : ofMeta.any() ? ofMeta : ofBilling;
    }

    @Override
    void keyEnded(int atDepth) {
        Place place = inside[atDepth];
        field = switch (place) {
            case ROOT -> rootField();
            case RESPONSE -> keyIs(USAGE) ? Field.USAGE : keyIs(ERROR) ? Field.ERROR : Field.OTHER;
            case CHOICE ->
                keyIs(DELTA) ? Field.DELTA : keyIs(TEXT) ? Field.CONTENT : keyIs(USAGE) ? Field.USAGE : Field.OTHER;
            case DELTA -> keyIs(ROLE) ? Field.OTHER : Field.CONTENT;
            case USAGE, CHOICE_USAGE -> usageField();
            case META_TOKENS, META_BILLED ->
                keyIs(INPUT_TOKENS) ? Field.INPUT : keyIs(OUTPUT_TOKENS) ? Field.OUTPUT : Field.OTHER;
            case INPUT_DETAILS -> keyIs(CACHED_TOKENS) ? Field.CACHED : Field.OTHER;
            case OUTPUT_DETAILS -> keyIs(REASONING_TOKENS) ? Field.REASONING : Field.OTHER;
            case META -> keyIs(TOKENS) ? Field.META_TOKENS : keyIs(BILLED_UNITS) ? Field.META_BILLED : Field.OTHER;
            case CHOICES, OTHER -> Field.OTHER;
        };
    }

    private Field rootField() {
        if (firstValue && names != null) {
            names.add(keyHash());
        }
        return keyIs(CHOICES)
                ? Field.CHOICES
                : keyIs(USAGE)
                        ? Field.USAGE
                        : keyIs(DELTA)
                                ? Field.CONTENT
                                : keyIs(RESPONSE)
                                        ? Field.RESPONSE
                                        : keyIs(ERROR) ? Field.ERROR : keyIs(META) ? Field.META : Field.OTHER;
    }

    private Field usageField() {
        if (keyIs(PROMPT_TOKENS) || keyIs(INPUT_TOKENS)) {
            return Field.INPUT;
        }
        if (keyIs(COMPLETION_TOKENS) || keyIs(OUTPUT_TOKENS)) {
            return Field.OUTPUT;
        }
        if (keyIs(TOTAL_TOKENS)) {
            return Field.TOTAL;
        }
        if (keyIs(PROMPT_DETAILS) || keyIs(INPUT_DETAILS)) {
            return Field.INPUT_DETAILS;
        }
        if (keyIs(COMPLETION_DETAILS) || keyIs(OUTPUT_DETAILS)) {
            return Field.OUTPUT_DETAILS;
        }
        return keyIs(CACHED_TOKENS) || keyIs(PROMPT_CACHE_HIT_TOKENS) ? Field.CACHED : Field.OTHER;
    }

    @Override
    void valueStarted(int atDepth, byte first, int index) {
        Place around = atDepth == 0 ? Place.OTHER : inside[atDepth];
        Field started = field;
        field = Field.OTHER;
        if (around == Place.CHOICES) {
            choicesFilled = true;
        }
        switch (started) {
            // Of two equal members readers take the last.
            case CHOICES -> choicesFilled = first != '[' && first != 'n';
            case USAGE -> usageStarted(around, first, index);
            case ERROR -> errorStarted(atDepth, first, index);
            case CONTENT -> contentStarted(atDepth, around, first, index);
            case INPUT, OUTPUT, TOTAL, CACHED, REASONING -> field = started;
            case RESPONSE, META, DELTA, INPUT_DETAILS, OUTPUT_DETAILS, META_TOKENS, META_BILLED, OTHER -> {
                // Of interest only if it is a container.
            }
        }
        if (first == '{' || first == '[') {
            field = Field.OTHER;
            inside[atDepth + 1] = opened(atDepth, around, started, first == '{');
            if (inside[atDepth + 1] == Place.DELTA) {
                deltaHasContent = false;
                deltaTextBytes = 0;
            }
        }
    }

    private static Place opened(int atDepth, Place around, Field field, boolean object) {
        if (atDepth == 0) {
            return object ? Place.ROOT : Place.OTHER;
        }
        if (!object) {
            return field == Field.CHOICES ? Place.CHOICES : Place.OTHER;
        }
        if (around == Place.CHOICES) {
            return Place.CHOICE;
        }
        return switch (field) {
            case USAGE -> around == Place.CHOICE ? Place.CHOICE_USAGE : Place.USAGE;
            case RESPONSE -> Place.RESPONSE;
            case META -> Place.META;
            case DELTA -> Place.DELTA;
            case INPUT_DETAILS -> Place.INPUT_DETAILS;
            case OUTPUT_DETAILS -> Place.OUTPUT_DETAILS;
            case META_TOKENS -> Place.META_TOKENS;
            case META_BILLED -> Place.META_BILLED;
            case CHOICES, ERROR, CONTENT, INPUT, OUTPUT, TOTAL, CACHED, REASONING, OTHER -> Place.OTHER;
        };
    }

    private void usageStarted(Place around, byte first, int index) {
        usageSeen |= first == '{' && around != Place.CHOICE;
        if (around == Place.ROOT) {
            nullAt = first == 'n' ? base + index : NONE;
        }
    }

    private void contentStarted(int atDepth, Place around, byte first, int index) {
        if (first == '"' || (around == Place.DELTA && (first == '{' || first == '['))) {
            measure(atDepth, index, first == '"' ? Content.TEXT : Content.OTHER);
        }
    }

    private void errorStarted(int atDepth, byte first, int index) {
        errorSeen |= first == '{';
        if (first == '"') {
            measure(atDepth, index, Content.ERROR);
        }
    }

    private void measure(int atDepth, int index, Content what) {
        contentDepth = atDepth;
        contentFrom = base + index;
        content = what;
    }

    @Override
    void valueEnded(int atDepth, int end) {
        if (atDepth == contentDepth) {
            contentDepth = NONE;
            contentEnded(inside[atDepth], base + end - contentFrom - 2);
        }
        if (field != Field.OTHER) {
            if (integer() >= 0) {
                counted(inside[atDepth], integer());
            }
            field = Field.OTHER;
        }
    }

    /** {@code length} is that of what stands between the quotes or brackets. */
    private void contentEnded(Place around, int length) {
        if (length == 0) {
            return;
        }
        int text = content == Content.TEXT ? length : 0;
        if (content == Content.ERROR) {
            errorSeen = true;
        } else if (around == Place.DELTA) {
            // Some tell the same text under two names.
            deltaHasContent = true;
            deltaTextBytes = Math.max(deltaTextBytes, text);
        } else {
            pieces++;
            textBytes += text;
        }
    }

    private void counted(Place around, long count) {
        TokenCounts counts = switch (around) {
            case CHOICE_USAGE -> ofChoice;
            case META_TOKENS -> ofMeta;
            case META_BILLED -> ofBilling;
            default -> ofUsage;
        };
        switch (field) {
            case INPUT -> counts.input = count;
            case OUTPUT -> counts.output = count;
            case TOTAL -> counts.total = count;
            case CACHED -> counts.cached = count;
            case REASONING -> counts.reasoning = count;
            default -> throw new IllegalStateException("not a count: " + field);
        }
    }

    @Override
    void closing(int memberDepth, int index, boolean empty) {
        if (memberDepth == DELTA_DEPTH && inside[DELTA_DEPTH] == Place.DELTA && deltaHasContent) {
            pieces++;
            textBytes += deltaTextBytes;
        }
    }
}
