package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.KnownHeader.UNDERSCORED;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.StringJoiner;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The head of an HTTP/1.1 message as it stands in an array of bytes: where its lines are, and how its body is framed. There is one for
 * each direction of an event loop, used again and again: whoever wants to keep a part of it takes a copy.
 *
 * <p>Notes. Read as RFC 9112 writes it and in no other way, because what two readers read differently is how requests are smuggled: lines
 * end with CR LF, names are tokens with the colon right behind them, no line is folded, no control character stands anywhere, there is at
 * most one {@code Content-Length}, all digits, or else one {@code Transfer-Encoding}, {@code chunked}. Everything else is malformed.
 *
 * <p>Confined to its event loop.
 */
abstract sealed class MessageHead permits RequestHead, ResponseHead {
    /** More of the head has to come. */
    static final int INCOMPLETE = -1;

    /** It will never be a head. */
    static final int MALFORMED = -2;

    /** It is longer than allowed. */
    static final int TOO_LONG = -3;

    /** Of {@link #contentLength}: the body comes in chunks. */
    static final long CHUNKED = -1;

    /** Of {@link #contentLength}: nothing is said about the body. */
    static final long NOT_SAID = -2;

    private static final int MAX_FIELDS = 200;

    /** More than this nobody needs to say of a connection. */
    static final int MAX_CONNECTION_OPTIONS = 32;

    private static final int MAX_LENGTH_DIGITS = 18;

    /** For each byte that a token may hold its lower case, for all others 0. RFC 9110, section 5.6.2. */
    static final byte[] TOKEN = new byte[256];

    static {
        for (char c = '0'; c <= '9'; c++) {
            TOKEN[c] = (byte) c;
        }
        for (char c = 'a'; c <= 'z'; c++) {
            TOKEN[c] = (byte) c;
            TOKEN[c - ('a' - 'A')] = (byte) c;
        }
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            TOKEN[c] = (byte) c;
        }
    }

    private byte[] bytes = new byte[0];
    private int fields;
    private final int[] nameStart = new int[MAX_FIELDS];
    private final int[] nameEnd = new int[MAX_FIELDS];
    private final int[] valueStart = new int[MAX_FIELDS];
    private final int[] valueEnd = new int[MAX_FIELDS];
    private final int[] lineEnd = new int[MAX_FIELDS];
    private final int[] nameHash = new int[MAX_FIELDS];
    private final @Nullable KnownHeader[] known = new KnownHeader[MAX_FIELDS];

    /** Bit n: the known header with index n is there; and there more than once. */
    private long present;

    private long repeated;
    private final int[] firstOf = new int[KnownHeader.values().length];
    private long contentLength;
    private boolean http11;

    /** The options of the {@code Connection} headers. */
    private final int[] optionStart = new int[MAX_CONNECTION_OPTIONS];

    private final int[] optionEnd = new int[MAX_CONNECTION_OPTIONS];
    private final int[] optionHash = new int[MAX_CONNECTION_OPTIONS];
    private int options;
    private boolean closes;
    private boolean keepsAlive;

    /** Reads a head that begins at {@code from}; the index behind it, or {@link #INCOMPLETE}, {@link #MALFORMED}, {@link #TOO_LONG}. */
    abstract int read(byte[] array, int from, int to);

    final void start(byte[] array) {
        bytes = array;
        fields = 0;
        present = 0;
        repeated = 0;
        contentLength = NOT_SAID;
        options = 0;
        closes = false;
        keepsAlive = false;
    }

    final byte[] bytes() {
        return bytes;
    }

    final void version(boolean is11) {
        http11 = is11;
    }

    /** Whether the sender speaks HTTP/1.1; otherwise it speaks 1.0. */
    final boolean http11() {
        return http11;
    }

    /** The declared length of the body in bytes, {@link #CHUNKED} or {@link #NOT_SAID}. */
    final long contentLength() {
        return contentLength;
    }

    /** Reads the header lines and the empty line behind them; the index behind that, or why there is none. */
    final int readFields(int from, int to) {
        byte[] a = bytes;
        int i = from;
        while (true) {
            if (i >= to) {
                return INCOMPLETE;
            }
            if (a[i] == '\r') {
                if (i + 1 >= to) {
                    return INCOMPLETE;
                }
                return a[i + 1] == '\n' && framingIsSound() && readConnection() ? i + 2 : MALFORMED;
            }
            int name = i;
            int hash = 0;
            boolean underscored = false;
            byte lower;
            while ((lower = TOKEN[a[i] & 0xff]) != 0) {
                hash = KnownHeader.hash(hash, lower);
                underscored |= lower == '_';
                if (++i >= to) {
                    return INCOMPLETE;
                }
            }
            if (a[i] != ':' || i == name) {
                return MALFORMED;
            }
            int colon = i++;
            while (i < to && (a[i] == ' ' || a[i] == '\t')) {
                i++;
            }
            int value = i;
            int last = i;
            while (true) {
                if (i >= to) {
                    return INCOMPLETE;
                }
                byte b = a[i];
                if (b == '\r') {
                    break;
                }
                if ((b >= 0 && b < ' ' && b != '\t') || b == 0x7f) {
                    return MALFORMED;
                }
                i++;
                if (b != ' ' && b != '\t') {
                    last = i;
                }
            }
            if (i + 1 >= to) {
                return INCOMPLETE;
            }
            if (a[i + 1] != '\n' || fields == MAX_FIELDS) {
                return MALFORMED;
            }
            i += 2;
            nameHash[fields] = hash;
            add(name, colon, value, last, i, underscored ? UNDERSCORED : KnownHeader.find(a, name, colon, hash));
        }
    }

    private void add(int name, int colon, int value, int end, int line, @Nullable KnownHeader header) {
        int at = fields++;
        nameStart[at] = name;
        nameEnd[at] = colon;
        valueStart[at] = value;
        valueEnd[at] = end;
        lineEnd[at] = line;
        known[at] = header;
        if (header != null) {
            long bit = 1L << header.index();
            if ((present & bit) == 0) {
                present |= bit;
                firstOf[header.index()] = at;
            } else {
                repeated |= bit;
            }
        }
    }

    private boolean framingIsSound() {
        boolean length = has(KnownHeader.CONTENT_LENGTH);
        if (has(KnownHeader.TRANSFER_ENCODING)) {
            contentLength = CHUNKED;
            return !length
                    && http11
                    && isOnce(KnownHeader.TRANSFER_ENCODING)
                    && valueIs(KnownHeader.TRANSFER_ENCODING, "chunked");
        }
        return !length || (isOnce(KnownHeader.CONTENT_LENGTH) && readLength());
    }

    private boolean readLength() {
        int at = firstOf[KnownHeader.CONTENT_LENGTH.index()];
        int digits = valueEnd[at] - valueStart[at];
        if (digits == 0 || digits > MAX_LENGTH_DIGITS) {
            return false;
        }
        long length = 0;
        for (int i = valueStart[at]; i < valueEnd[at]; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            length = length * 10 + digit;
        }
        contentLength = length;
        return true;
    }

    final boolean has(KnownHeader header) {
        return (present & 1L << header.index()) != 0;
    }

    /** Whether it is there exactly once. */
    final boolean isOnce(KnownHeader header) {
        return ((present & ~repeated) & 1L << header.index()) != 0;
    }

    final boolean isRepeated(KnownHeader header) {
        return (repeated & 1L << header.index()) != 0;
    }

    /** The value of the first header of this name, without the white space around it; null if there is none. */
    final @Nullable String value(KnownHeader header) {
        if (!has(header)) {
            return null;
        }
        int at = firstOf[header.index()];
        return text(valueStart[at], valueEnd[at]);
    }

    /** The values of all headers of this name as one list; empty if there is none. RFC 9110, section 5.3. */
    final String list(KnownHeader header) {
        if (!isRepeated(header)) {
            String only = value(header);
            return only == null ? "" : only;
        }
        StringJoiner all = new StringJoiner(",");
        for (int i = 0; i < fields; i++) {
            if (known[i] == header) {
                all.add(text(valueStart[i], valueEnd[i]));
            }
        }
        return all.toString();
    }

    /** Where the value of the first header of this name, which must be there, begins in {@link #bytes}. */
    final int valueStart(KnownHeader header) {
        return valueStart[firstOf[header.index()]];
    }

    /** Where the value of the first header of this name, which must be there, ends in {@link #bytes}. */
    final int valueEnd(KnownHeader header) {
        return valueEnd[firstOf[header.index()]];
    }

    /** Whether the first header of this name has this value, given in lower case and compared in any. */
    final boolean valueIs(KnownHeader header, String lowerCase) {
        if (!has(header)) {
            return false;
        }
        int at = firstOf[header.index()];
        return valueEnd[at] - valueStart[at] == lowerCase.length() && startsWith(valueStart[at], lowerCase);
    }

    /** Whether the value of the first header of this name begins with this text, given in lower case. */
    final boolean valueStartsWith(KnownHeader header, String lowerCase) {
        if (!has(header)) {
            return false;
        }
        int at = firstOf[header.index()];
        return valueEnd[at] - valueStart[at] >= lowerCase.length() && startsWith(valueStart[at], lowerCase);
    }

    private boolean startsWith(int from, String lowerCase) {
        for (int i = 0; i < lowerCase.length(); i++) {
            byte b = bytes[from + i];
            if ((b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Reads all {@code Connection} headers, once; false if they hold too many options. */
    private boolean readConnection() {
        if (!has(KnownHeader.CONNECTION)) {
            return true;
        }
        for (int i = firstOf[KnownHeader.CONNECTION.index()]; i < fields; i++) {
            if (known[i] == KnownHeader.CONNECTION && !readOptions(valueStart[i], valueEnd[i])) {
                return false;
            }
        }
        return true;
    }

    private boolean readOptions(int from, int to) {
        int i = from;
        while (i < to) {
            byte b = bytes[i];
            if (b == ',' || b == ' ' || b == '\t') {
                i++;
                continue;
            }
            int start = i;
            int hash = 0;
            while (i < to && TOKEN[bytes[i] & 0xff] != 0) {
                hash = KnownHeader.hash(hash, TOKEN[bytes[i] & 0xff]);
                i++;
            }
            int length = i - start;
            if (length == 0) {
                i++; // No option at all; whoever sends it can't mean a header.
                continue;
            }
            if (options == MAX_CONNECTION_OPTIONS) {
                return false;
            }
            closes |= length == "close".length() && startsWith(start, "close");
            keepsAlive |= length == "keep-alive".length() && startsWith(start, "keep-alive");
            optionStart[options] = start;
            optionEnd[options] = i;
            optionHash[options++] = hash;
        }
        return true;
    }

    /** Whether a {@code Connection} header claims the field for itself. */
    private boolean isAboutTheConnection(int field) {
        for (int i = 0; i < options; i++) {
            if (optionHash[i] == nameHash[field] && isOption(field, i)) {
                return true;
            }
        }
        return false;
    }

    private boolean isOption(int field, int option) {
        int length = nameEnd[field] - nameStart[field];
        if (optionEnd[option] - optionStart[option] != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (TOKEN[bytes[optionStart[option] + i] & 0xff] != TOKEN[bytes[nameStart[field] + i] & 0xff]) {
                return false;
            }
        }
        return true;
    }

    /** Whether the connection can carry another message, as far as the sender says. RFC 9112, section 9.3. */
    final boolean keepAlive() {
        return http11 ? !closes : keepsAlive;
    }

    /**
     * Copies the lines of all headers that pass in this direction. Of those that are not known, what a {@code Connection} header claims for
     * itself does not pass; what is known was looked at here, and nobody behind must see less of it.
     */
    final void copyPassing(int direction, ByteBuf out) {
        int runStart = 0;
        int runEnd = 0;
        for (int i = 0; i < fields; i++) {
            KnownHeader header = known[i];
            boolean passes = header == null
                    ? (KnownHeader.UNKNOWN & direction) != 0 && !isAboutTheConnection(i)
                    : header.passes(direction);
            if (!passes) {
                continue;
            }
            if (nameStart[i] != runEnd) {
                out.writeBytes(bytes, runStart, runEnd - runStart);
                runStart = nameStart[i];
            }
            runEnd = lineEnd[i];
        }
        out.writeBytes(bytes, runStart, runEnd - runStart);
    }

    /** Shows the name and the value of each line, in their order, as copies. */
    final void forEachField(BiConsumer<AsciiString, AsciiString> reader) {
        for (int i = 0; i < fields; i++) {
            reader.accept(
                    new AsciiString(bytes, nameStart[i], nameEnd[i] - nameStart[i], true),
                    new AsciiString(bytes, valueStart[i], valueEnd[i] - valueStart[i], true));
        }
    }

    final String text(int from, int to) {
        return new String(bytes, from, to - from, ISO_8859_1);
    }
}
