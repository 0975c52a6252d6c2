package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the token counts in a model server's JSON answer: the top-level {@code usage}, or that of a top-level {@code response} as the
 * events of {@code v1/responses} carry it. What is not there, or is not a whole number, stays unknown.
 */
final class UsageScan extends JsonScan {
    private static final byte[] USAGE = "usage".getBytes(US_ASCII);
    private static final byte[] RESPONSE = "response".getBytes(US_ASCII);
    private static final byte[] CHOICES = "choices".getBytes(US_ASCII);
    private static final byte[] PROMPT_TOKENS = "prompt_tokens".getBytes(US_ASCII);
    private static final byte[] INPUT_TOKENS = "input_tokens".getBytes(US_ASCII);
    private static final byte[] COMPLETION_TOKENS = "completion_tokens".getBytes(US_ASCII);
    private static final byte[] OUTPUT_TOKENS = "output_tokens".getBytes(US_ASCII);
    private static final byte[] PROMPT_DETAILS = "prompt_tokens_details".getBytes(US_ASCII);
    private static final byte[] INPUT_DETAILS = "input_tokens_details".getBytes(US_ASCII);
    private static final byte[] CACHED_TOKENS = "cached_tokens".getBytes(US_ASCII);

    private static final byte[] MEMBER = "\"usage\":".getBytes(US_ASCII);
    /** How far before the end of an answer its usage is looked for. */
    private static final int TAIL_BYTES = 1024;

    private static final int OUTSIDE = -1;

    private enum Field {
        USAGE,
        RESPONSE,
        CHOICES,
        INPUT,
        OUTPUT,
        DETAILS,
        CACHED,
        OTHER
    }

    private Field field = Field.OTHER;
    /** The depth of the members of the {@code response}, {@code usage} and details objects that the scan is inside of. */
    private int responseDepth = OUTSIDE;

    private int usageDepth = OUTSIDE;
    private int detailsDepth = OUTSIDE;

    private boolean usageSeen;
    private boolean choicesEmpty;
    private long input = -1;
    private long output = -1;
    private long cached = -1;

    /** Begins the next value of the same answer; counts that were found stay until newer ones come. */
    @Override
    void restart() {
        super.restart();
        field = Field.OTHER;
        responseDepth = OUTSIDE;
        usageDepth = OUTSIDE;
        detailsDepth = OUTSIDE;
        usageSeen = false;
        choicesEmpty = false;
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
            restart();
            input = -1;
            output = -1;
            cached = -1;
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

    /** Whether the value is a chunk that was sent for its usage alone. */
    boolean isUsageOnlyChunk() {
        return complete() && usageSeen && choicesEmpty;
    }

    @Nullable
    Long inputTokens() {
        return known(input);
    }

    @Nullable
    Long outputTokens() {
        return known(output);
    }

    @Nullable
    Long cachedTokens() {
        return known(cached);
    }

    private static @Nullable Long known(long count) {
        return count < 0 ? null : count;
    }

    @Override
    void keyEnded(int atDepth) {
        if (atDepth == detailsDepth) {
            field = keyIs(CACHED_TOKENS) ? Field.CACHED : Field.OTHER;
        } else if (atDepth == usageDepth) {
            field = usageField();
        } else if (atDepth == 1) {
            field = keyIs(USAGE)
                    ? Field.USAGE
                    : keyIs(CHOICES) ? Field.CHOICES : keyIs(RESPONSE) ? Field.RESPONSE : Field.OTHER;
        } else if (atDepth == responseDepth) {
            field = keyIs(USAGE) ? Field.USAGE : Field.OTHER;
        } else {
            field = Field.OTHER;
        }
    }

    private Field usageField() {
        if (keyIs(PROMPT_TOKENS) || keyIs(INPUT_TOKENS)) {
            return Field.INPUT;
        }
        if (keyIs(COMPLETION_TOKENS) || keyIs(OUTPUT_TOKENS)) {
            return Field.OUTPUT;
        }
        return keyIs(PROMPT_DETAILS) || keyIs(INPUT_DETAILS) ? Field.DETAILS : Field.OTHER;
    }

    @Override
    void valueStarted(int atDepth, byte first, int index) {
        if (field == Field.CHOICES) {
            choicesEmpty = false; // Of two equal members readers take the last.
        }
        if (first != '{') {
            if (first == '[' && field != Field.CHOICES) {
                field = Field.OTHER; // Nothing that a list holds is a count of the answer.
            }
            return;
        }
        switch (field) {
            case RESPONSE -> responseDepth = atDepth + 1;
            case USAGE -> {
                usageDepth = atDepth + 1;
                usageSeen = true;
            }
            case DETAILS -> detailsDepth = atDepth + 1;
            case CHOICES, INPUT, OUTPUT, CACHED, OTHER -> {
                // No object that leads to a count.
            }
        }
        field = Field.OTHER;
    }

    @Override
    void valueEnded(int atDepth, int end) {
        if (integer() >= 0) {
            switch (field) {
                case INPUT -> input = integer();
                case OUTPUT -> output = integer();
                case CACHED -> cached = integer();
                case USAGE, RESPONSE, CHOICES, DETAILS, OTHER -> {
                    // Not a count.
                }
            }
        }
        field = Field.OTHER;
        if (atDepth < detailsDepth) {
            detailsDepth = OUTSIDE;
        }
        if (atDepth < usageDepth) {
            usageDepth = OUTSIDE;
        }
        if (atDepth < responseDepth) {
            responseDepth = OUTSIDE;
        }
    }

    @Override
    void closing(int memberDepth, int index, boolean empty) {
        if (memberDepth == 2 && field == Field.CHOICES && empty) {
            choicesEmpty = true;
        }
    }
}
