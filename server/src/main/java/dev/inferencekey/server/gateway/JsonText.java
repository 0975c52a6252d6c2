package dev.inferencekey.server.gateway;

/** Text as a JSON string. Stateless. */
final class JsonText {
    private JsonText() {}

    /** The text in quotes, with the escapes that JSON needs; an unpaired surrogate becomes U+FFFD. */
    static String quote(String text) {
        StringBuilder json = new StringBuilder(text.length() + 16).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || c == '\u2028' || c == '\u2029') {
                json.append(String.format("\\u%04x", (int) c));
            } else if (Character.isSurrogate(c)) {
                boolean paired = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (paired) {
                    json.append(c).append(text.charAt(++i));
                } else {
                    json.append('\uFFFD');
                }
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
