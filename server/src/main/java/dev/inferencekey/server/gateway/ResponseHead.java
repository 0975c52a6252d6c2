package dev.inferencekey.server.gateway;

/** The head of a response; see {@link MessageHead} for how it is read and for how long it holds. */
final class ResponseHead extends MessageHead {
    /** A reason phrase has no use, so it has no length to speak of. */
    private static final int MAX_STATUS_LINE_BYTES = 1024;

    private static final byte[] VERSION_1 = {'H', 'T', 'T', 'P', '/', '1', '.'};
    private static final int STATUS_AT = 9;

    private final int maxHeaderBytes;
    private int status;

    ResponseHead(int maxHeaderBytes) {
        this.maxHeaderBytes = maxHeaderBytes;
    }

    @Override
    int read(byte[] array, int from, int to) {
        start(array);
        int fields = statusLine(array, from, to);
        if (fields < 0) {
            return fields == INCOMPLETE && to - from > MAX_STATUS_LINE_BYTES ? TOO_LONG : fields;
        }
        if (fields - from > MAX_STATUS_LINE_BYTES) {
            return TOO_LONG;
        }
        int end = readFields(fields, to);
        int length = (end < 0 ? to : end) - fields;
        return end != MALFORMED && length > maxHeaderBytes ? TOO_LONG : end;
    }

    private int statusLine(byte[] a, int from, int to) {
        int known = Math.min(VERSION_1.length, to - from);
        for (int i = 0; i < known; i++) {
            if (a[from + i] != VERSION_1[i]) {
                return MALFORMED;
            }
        }
        int i = from + STATUS_AT;
        if (i + 3 >= to) {
            return INCOMPLETE;
        }
        boolean sound = (a[i - 2] == '0' || a[i - 2] == '1') && a[i - 1] == ' ';
        version(a[i - 2] == '1');
        status = 0;
        for (int digit = 0; digit < 3; digit++, i++) {
            sound &= a[i] >= '0' && a[i] <= '9';
            status = status * 10 + (a[i] - '0');
        }
        // The space behind the status is missing in what some servers send when there is no reason phrase.
        if (!sound || status < 100 || (a[i] != ' ' && a[i] != '\r')) {
            return MALFORMED;
        }
        while (i < to && a[i] != '\r') {
            if ((a[i] >= 0 && a[i] < ' ' && a[i] != '\t') || a[i] == 0x7f) {
                return MALFORMED;
            }
            i++;
        }
        if (i + 1 >= to) {
            return INCOMPLETE;
        }
        return a[i + 1] == '\n' ? i + 2 : MALFORMED;
    }

    int status() {
        return status;
    }
}
