package dev.inferencekey.server.gateway;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Whether a part of a form is the field of a certain name, to every reader there may be.
 *
 * <p>Notes. Readers differ in much: whether a backslash escapes a quote, whether {@code %6d} is an {@code m}, which of two names counts,
 * whether case matters, whether a part with a file name is a field. So the headers are read in each of these ways, and where not all of
 * them say the same, nothing is certain.
 */
enum FormField {
    /** All readers take it for the field. */
    EXACTLY,
    /** No reader does. */
    OTHER,
    /** Some may and some may not. */
    UNCLEAR;

    private static final Pattern FOLD = Pattern.compile("(?:\r\n|\r|\n)(?=[ \t])");
    private static final String DISPOSITION = "content-disposition";

    private record Parameter(String name, String value) {}

    /** Reads a part's header section; {@code field} is in lower case. */
    static FormField of(String headerSection, String field) {
        String text = headerSection.indexOf('\t') >= 0 || headerSection.indexOf(' ') >= 0
                ? FOLD.matcher(headerSection).replaceAll("")
                : headerSection;
        List<Parameter> plain = new ArrayList<>();
        List<Parameter> escaped = new ArrayList<>();
        text.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon >= 0 && line.substring(0, colon).strip().equalsIgnoreCase(DISPOSITION)) {
                plain.addAll(parameters(line, colon, false));
                escaped.addAll(parameters(line, colon, true));
            }
        });
        if (names(plain, field) && names(escaped, field)) {
            return EXACTLY;
        }
        return mayName(plain, field) || mayName(escaped, field) ? UNCLEAR : OTHER;
    }

    private static boolean names(List<Parameter> parameters, String field) {
        int names = 0;
        boolean exactly = false;
        for (Parameter parameter : parameters) {
            String name = parameter.name.toLowerCase(Locale.ROOT);
            if (name.startsWith("filename")) {
                return false;
            }
            if (name.startsWith("name")) {
                names++;
                exactly = name.equals("name") && parameter.value.equals(field);
            }
        }
        return names == 1 && exactly;
    }

    private static boolean mayName(List<Parameter> parameters, String field) {
        for (Parameter parameter : parameters) {
            if (folded(parameter.name).startsWith("name")) {
                String value = parameter.value.replace("\\", "");
                String extended = value.substring(value.lastIndexOf('\'') + 1);
                if (isAlike(value, field) || isAlike(decoded(value), field) || isAlike(decoded(extended), field)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isAlike(String value, String field) {
        String folded = folded(value).strip();
        int end = 0;
        while (end < folded.length() && folded.charAt(end) > ' ') {
            end++; // Up to white space, or a NUL.
        }
        return folded.substring(0, end).equals(field);
    }

    private static String folded(String text) {
        StringBuilder folded = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            // Both ways, since there are letters that become one of ASCII in one of them only.
            folded.append(Character.toLowerCase(Character.toUpperCase(text.charAt(i))));
        }
        return folded.toString();
    }

    private static String decoded(String value) {
        if (value.indexOf('%') < 0) {
            return value;
        }
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            int high = bytes[i] == '%' && i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
            if (low >= 0) {
                bytes[length++] = (byte) (high << 4 | low);
                i += 2;
            } else {
                bytes[length++] = bytes[i];
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    /** Those of {@code …; name="value"; name=value}, from {@code from} on; {@code escapes} if a backslash takes a quote's meaning. */
    private static List<Parameter> parameters(String line, int from, boolean escapes) {
        List<Parameter> found = new ArrayList<>();
        int i = line.indexOf(';', from);
        while (i >= 0 && i < line.length()) {
            int equals = line.indexOf('=', i);
            if (equals < 0) {
                break;
            }
            // What has no value, in front of it, is not part of its name.
            String name =
                    line.substring(line.lastIndexOf(';', equals) + 1, equals).strip();
            int start = equals + 1;
            while (start < line.length() && (line.charAt(start) == ' ' || line.charAt(start) == '\t')) {
                start++;
            }
            int end;
            boolean quoted = start < line.length() && line.charAt(start) == '"';
            if (quoted) {
                start++;
                end = closingQuote(line, start, escapes);
            } else {
                int next = line.indexOf(';', equals);
                end = next < 0 ? line.length() : next;
            }
            String value = line.substring(start, end);
            found.add(new Parameter(name, quoted ? value : value.strip()));
            i = line.indexOf(';', end);
        }
        return found;
    }

    private static int closingQuote(String line, int from, boolean escapes) {
        int i = from;
        while (i < line.length() && line.charAt(i) != '"') {
            i += escapes && line.charAt(i) == '\\' ? 2 : 1;
        }
        return Math.min(i, line.length());
    }
}
