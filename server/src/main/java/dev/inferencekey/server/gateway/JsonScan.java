package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Walks over one JSON value, however its bytes are cut into pieces, and tells a subclass where the shallow members begin and end.
 *
 * <p>Notes. Exactly the grammar of RFC 8259: strict numbers, literals and escapes, no control characters in strings, valid UTF-8, nothing
 * after the value but white space; at most {@value #MAX_DEPTH} containers deep. No tree, no text: the memory is the same for any input.
 * Depth is the number of open containers: the whole value has depth 0, the members of the outermost object have depth 1. Keys are watched
 * down to depth {@value #WATCHED_DEPTH}, or deeper where the subclass asks for that.
 *
 * <p>Not thread-safe: one scan for one value, until {@link #restart}.
 */
abstract class JsonScan {
    static final int MAX_DEPTH = 512;
    static final int WATCHED_DEPTH = 4;

    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private enum State {
        VALUE,
        FIRST_ELEMENT,
        FIRST_KEY,
        KEY,
        COLON,
        AFTER_VALUE,
        STRING,
        ESCAPE,
        UNICODE_ESCAPE,
        UTF8_REST,
        LITERAL,
        NUMBER,
        DONE,
        MALFORMED
    }

    /** Takes the characters of one string that is a value. */
    interface StringReader {
        /** A run of characters that stand for themselves: ASCII, no control characters. */
        void run(byte[] in, int from, int to);

        /** One character that did not stand for itself: by its escape, where a backslash stands for any but that of a slash, or as UTF-8. */
        void character(int c);
    }

    private final int watchedDepth;
    private State state = State.VALUE;
    /** A bit for each open container, set if it is an object: of the outer 64 here, of the others in words that few values need. */
    private long objects;

    private long @Nullable [] deepObjects;
    private int depth;
    private boolean inKey;
    private byte[] literal = NULL;
    private int literalAt;
    private int hexLeft;
    private int hexValue;
    private int utf8Left;
    private int utf8Value;
    private int utf8Least;
    private int utf8Most;

    private final JsonKey key = new JsonKey();
    private final Base64Strings base64 = new Base64Strings();
    private final JsonNumber number = new JsonNumber();
    private long integer;
    /** Of the string that is being read, if anyone is interested in it. */
    private @Nullable StringReader reader;

    JsonScan() {
        this(WATCHED_DEPTH);
    }

    JsonScan(int watchedDepth) {
        this.watchedDepth = watchedDepth;
    }

    /** A key begins with the quote at {@code index} of what is being fed. */
    void keyStarted(int atDepth, int index) {
        // Of interest to few.
    }

    /** A key has ended; ask {@link #keyIs} and {@link #keyLooksLike}. */
    abstract void keyEnded(int atDepth);

    /** A value begins with the byte {@code first} at {@code index} of what is being fed. */
    abstract void valueStarted(int atDepth, byte first, int index);

    /** A value has ended; {@code end} is the index behind its last byte, in what is being fed. */
    abstract void valueEnded(int atDepth, int end);

    /** The container whose members have this depth is about to be closed by the byte at {@code index}. */
    abstract void closing(int memberDepth, int index, boolean empty);

    /** Forgets everything: the next byte begins a new value. */
    void restart() {
        state = State.VALUE;
        depth = 0;
        inKey = false;
    }

    /** Forgets everything: the next byte begins a member of the outermost value, which is an object. */
    final void restartAtMember() {
        restart();
        state = State.KEY;
        depth = 1;
        objects = 1;
    }

    /** Takes the bytes of {@code in} from {@code from} up to {@code to}; what the subclass is told are indices in {@link Scratch}. */
    final boolean scan(ByteBuf in, int from, int to) {
        byte[] piece = Scratch.ofThread();
        boolean sound = true;
        for (int i = from; i < to && sound; i += piece.length) {
            int length = Math.min(piece.length, to - i);
            in.getBytes(i, piece, 0, length);
            sound = scan(piece, 0, length);
        }
        return sound;
    }

    /** Takes the bytes from {@code from} up to {@code to}; false if they can't be part of a JSON value, from then on for ever. */
    final boolean scan(byte[] in, int from, int to) {
        int i = from;
        while (i < to && state != State.MALFORMED) {
            if (state == State.STRING) {
                i = string(in, i, to);
            } else if (state == State.NUMBER) {
                i = number(in, i, to);
            } else {
                i = token(in[i], i);
            }
        }
        return state != State.MALFORMED;
    }

    /** Whether what was fed is a complete value. */
    public final boolean complete() {
        return state == State.DONE || (depth == 0 && state == State.NUMBER && number.whole());
    }

    /** For a subclass that has seen enough to refuse. */
    final void refuse() {
        state = State.MALFORMED;
    }

    /** Whether the key that has just ended is this one; escapes were decoded. */
    final boolean keyIs(byte[] name) {
        return key.is(name);
    }

    /** A hash of the key that has just ended; 0 for one that nobody asks for. */
    final long keyHash() {
        return key.hash();
    }

    /** Whether a reader that ignores case, or stops at a NUL, takes the key that has just ended for this one, which is in lower case. */
    final boolean keyLooksLike(byte[] name) {
        return key.looksLike(name);
    }

    /** The key that has just ended. */
    final JsonKey key() {
        return key;
    }

    /** The string that begins is told to {@code by} too; to be called by {@link #valueStarted}. */
    final void read(StringReader by) {
        reader = by;
    }

    /** What of the strings so far is no text. */
    final Base64Strings base64() {
        return base64;
    }

    /** The value that has just ended, if it is an integer from 0 to below 10^18; else -1. */
    final long integer() {
        return integer;
    }

    /** Handles one byte outside of numbers and a string's plain run, and says where to go on. */
    private int token(byte b, int i) {
        switch (state) {
            case VALUE -> {
                if (!isSpace(b)) {
                    startValue(b, i);
                }
            }
            case FIRST_ELEMENT -> {
                if (b == ']') {
                    close(i, false, true);
                } else if (!isSpace(b)) {
                    startValue(b, i);
                }
            }
            case FIRST_KEY -> {
                if (b == '}') {
                    close(i, true, true);
                } else if (!isSpace(b)) {
                    startKey(b, i);
                }
            }
            case KEY -> {
                if (!isSpace(b)) {
                    startKey(b, i);
                }
            }
            case COLON -> {
                if (b == ':') {
                    state = State.VALUE;
                } else if (!isSpace(b)) {
                    refuse();
                }
            }
            case AFTER_VALUE -> afterValue(b, i);
            case ESCAPE -> escape(b);
            case UNICODE_ESCAPE -> unicodeEscape(b);
            case UTF8_REST -> utf8Rest(b);
            case LITERAL -> {
                if (b != literal[literalAt]) {
                    refuse();
                } else if (++literalAt == literal.length) {
                    endValue(i + 1);
                }
            }
            case DONE -> {
                if (!isSpace(b)) {
                    refuse();
                }
            }
            case STRING, NUMBER, MALFORMED -> throw new AssertionError(state);
        }
        return i + 1;
    }

    private void startValue(byte b, int i) {
        if (depth <= watchedDepth) {
            valueStarted(depth, b, i);
            if (state == State.MALFORMED) {
                return;
            }
        }
        integer = -1;
        switch (b) {
            case '{' -> open(true);
            case '[' -> open(false);
            case '"' -> {
                inKey = false;
                base64.begin();
                state = State.STRING;
            }
            case 't' -> startLiteral(TRUE);
            case 'f' -> startLiteral(FALSE);
            case 'n' -> startLiteral(NULL);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
                number.begin(b);
                state = State.NUMBER;
            }
            default -> refuse();
        }
    }

    private void startLiteral(byte[] text) {
        literal = text;
        literalAt = 1;
        state = State.LITERAL;
    }

    private void startKey(byte b, int i) {
        if (b != '"') {
            refuse();
            return;
        }
        inKey = true;
        state = State.STRING;
        boolean watched = depth <= watchedDepth;
        key.begin(watched);
        if (watched) {
            keyStarted(depth, i);
        }
    }

    private void open(boolean object) {
        if (depth == MAX_DEPTH) {
            refuse();
            return;
        }
        long bit = 1L << depth;
        if (depth < Long.SIZE) {
            objects = object ? objects | bit : objects & ~bit;
        } else {
            long[] words = deepObjects == null ? new long[MAX_DEPTH / Long.SIZE] : deepObjects;
            int word = depth / Long.SIZE;
            words[word] = object ? words[word] | bit : words[word] & ~bit;
            deepObjects = words;
        }
        depth++;
        state = object ? State.FIRST_KEY : State.FIRST_ELEMENT;
    }

    private boolean innermostIsObject() {
        int at = depth - 1;
        long word = at < Long.SIZE || deepObjects == null ? objects : deepObjects[at / Long.SIZE];
        return (word & (1L << at)) != 0;
    }

    private void afterValue(byte b, int i) {
        if (b == ',') {
            state = innermostIsObject() ? State.KEY : State.VALUE;
        } else if (b == '}') {
            close(i, true, false);
        } else if (b == ']') {
            close(i, false, false);
        } else if (!isSpace(b)) {
            refuse();
        }
    }

    private void close(int i, boolean object, boolean empty) {
        if (innermostIsObject() != object) {
            refuse();
            return;
        }
        if (depth <= watchedDepth) {
            closing(depth, i, empty);
        }
        depth--;
        integer = -1;
        endValue(i + 1);
    }

    private void endValue(int end) {
        state = depth == 0 ? State.DONE : State.AFTER_VALUE;
        if (depth <= watchedDepth) {
            valueEnded(depth, end);
        }
    }

    /** Takes a string from where it stands to its next byte of note; if that ends the string, what mostly follows is taken with it. */
    private int string(byte[] in, int from, int to) {
        int end = PlainText.end(in, from, to);
        if (end < to && in[end] == '"') {
            if (inKey) {
                endKey(in, from, end);
                return afterKey(in, end + 1, to);
            }
            base64.run(in, from, end);
            if (reader != null) {
                reader.run(in, from, end);
                reader = null;
            }
            endValue(end + 1);
            return afterScalar(in, end + 1, to);
        }
        if (inKey) {
            key.bytes(in, from, end - from);
        } else {
            base64.run(in, from, end);
            if (reader != null) {
                reader.run(in, from, end);
            }
        }
        if (end == to) {
            return to;
        }
        byte b = in[end];
        if (b == '\\') {
            state = State.ESCAPE;
        } else if (b < 0) {
            utf8Lead(b & 0xff);
        } else {
            refuse(); // A control character.
        }
        return end + 1;
    }

    private void endKey(byte[] in, int from, int end) {
        key.end(in, from, end);
        inKey = false;
        state = State.COLON;
        if (depth <= watchedDepth) {
            keyEnded(depth);
        }
    }

    /** A colon and what begins a value, if they come at once. */
    private int afterKey(byte[] in, int i, int to) {
        if (i + 1 < to && in[i] == ':' && !isSpace(in[i + 1]) && state == State.COLON) {
            state = State.VALUE;
            startValue(in[i + 1], i + 1);
            return i + 2;
        }
        return i;
    }

    /** A comma and what begins the next key, if they come at once. */
    private int afterScalar(byte[] in, int i, int to) {
        if (i + 1 < to && in[i] == ',' && in[i + 1] == '"' && state == State.AFTER_VALUE && innermostIsObject()) {
            startKey(in[i + 1], i + 1);
            return i + 2;
        }
        return i;
    }

    private int number(byte[] in, int from, int to) {
        int end = number.take(in, from, to);
        if (end == to) {
            return end;
        }
        if (!number.whole()) {
            refuse();
            return end;
        }
        integer = number.integer();
        endValue(end);
        return afterScalar(in, end, to);
    }

    private void noteCharacter(int c) {
        if (inKey) {
            key.character(c);
        } else if (reader != null) {
            reader.character(c);
        }
    }

    private void escape(byte b) {
        switch (b) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
                noteCharacter(b == '/' ? '/' : '\\'); // No key that anyone asks for has that, nor one of the others.
                state = State.STRING;
            }
            case 'u' -> {
                hexLeft = 4;
                hexValue = 0;
                state = State.UNICODE_ESCAPE;
            }
            default -> refuse();
        }
    }

    private void unicodeEscape(byte b) {
        int digit = Character.digit(b, 16);
        if (digit < 0) {
            refuse();
            return;
        }
        hexValue = hexValue << 4 | digit;
        if (--hexLeft == 0) {
            noteCharacter(hexValue);
            state = State.STRING;
        }
    }

    /** Table 3-7 of the Unicode standard: well-formed UTF-8, no overlong forms, no surrogates. */
    private void utf8Lead(int lead) {
        utf8Least = 0x80;
        utf8Most = 0xbf;
        if (lead >= 0xc2 && lead <= 0xdf) {
            utf8Left = 1;
            utf8Value = lead & 0x1f;
        } else if (lead >= 0xe0 && lead <= 0xef) {
            utf8Left = 2;
            utf8Value = lead & 0x0f;
            utf8Least = lead == 0xe0 ? 0xa0 : 0x80;
            utf8Most = lead == 0xed ? 0x9f : 0xbf;
        } else if (lead >= 0xf0 && lead <= 0xf4) {
            utf8Left = 3;
            utf8Value = lead & 0x07;
            utf8Least = lead == 0xf0 ? 0x90 : 0x80;
            utf8Most = lead == 0xf4 ? 0x8f : 0xbf;
        } else {
            refuse();
            return;
        }
        state = State.UTF8_REST;
    }

    private void utf8Rest(byte b) {
        int value = b & 0xff;
        if (value < utf8Least || value > utf8Most) {
            refuse();
            return;
        }
        utf8Least = 0x80;
        utf8Most = 0xbf;
        utf8Value = utf8Value << 6 | (value & 0x3f);
        if (--utf8Left == 0) {
            noteCharacter(utf8Value);
            state = State.STRING;
        }
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }
}
