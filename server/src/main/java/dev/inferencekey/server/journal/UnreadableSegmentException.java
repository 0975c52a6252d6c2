package dev.inferencekey.server.journal;

/** A file in the journal's folder can't be read as a segment; the message says why, in words that follow the file's name. */
final class UnreadableSegmentException extends Exception {
    private static final long serialVersionUID = 1;

    UnreadableSegmentException(String message) {
        super(message);
    }
}
