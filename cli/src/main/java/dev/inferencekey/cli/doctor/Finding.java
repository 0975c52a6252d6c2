package dev.inferencekey.cli.doctor;

/**
 * What a check found.
 *
 * @param subject what was looked at
 * @param message what was found
 * @param advice what to do about it, empty if nothing
 */
record Finding(Level level, String subject, String message, String advice) {
    enum Level {
        OK,
        WARN,
        FAIL
    }

    static Finding ok(String subject, String message) {
        return new Finding(Level.OK, subject, message, "");
    }

    static Finding warn(String subject, String message, String advice) {
        return new Finding(Level.WARN, subject, message, advice);
    }

    static Finding fail(String subject, String message, String advice) {
        return new Finding(Level.FAIL, subject, message, advice);
    }
}
