package dev.inferencekey.engine.llama;

import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON form in which messages go through the model's chat template and come back as text.
 *
 * <p>The binding returns the text as JNI's "modified UTF-8", in which NUL and all characters beyond U+FFFF mean
 * something else: an emoji would come back as other characters with the end of the text cut off. So these, and the
 * escape character itself, travel as an escape character and four letters, which no template touches.
 */
final class PromptTemplate {
    private static final char ESCAPE = '\uE0FF';
    private static final int DIGITS = 4;
    // Letters only, one case: a template that trims or lower-cases its messages leaves them readable.
    private static final char FIRST_DIGIT = 'a';
    private static final JsonMapper JSON = JsonMapper.shared();

    private PromptTemplate() {}

    /** The request that the binding's {@code applyTemplate} reads. */
    static String request(List<ChatMessage> messages) {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode array = root.putArray("messages");
        for (ChatMessage message : messages) {
            array.addObject().put("role", message.role()).put("content", escape(message.content()));
        }
        return JSON.writeValueAsString(root);
    }

    static String escape(String text) {
        int first = 0;
        while (first < text.length() && !needsEscape(text.charAt(first))) {
            first++;
        }
        if (first == text.length()) {
            return text;
        }
        StringBuilder escaped = new StringBuilder(text.length() + 64).append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            char character = text.charAt(i);
            if (needsEscape(character)) {
                escaped.append(ESCAPE);
                for (int shift = 12; shift >= 0; shift -= 4) {
                    escaped.append((char) (FIRST_DIGIT + (character >> shift & 15)));
                }
            } else {
                escaped.append(character);
            }
        }
        return escaped.toString();
    }

    static String unescape(String text) {
        int at = text.indexOf(ESCAPE);
        if (at < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        int from = 0;
        while (at >= 0 && at + DIGITS < text.length()) {
            plain.append(text, from, at);
            int character = 0;
            for (int i = 1; i <= DIGITS; i++) {
                character = character << 4 | (text.charAt(at + i) | 0x20) - FIRST_DIGIT;
            }
            plain.append((char) character);
            from = at + 1 + DIGITS;
            at = text.indexOf(ESCAPE, from);
        }
        return plain.append(text, from, text.length()).toString();
    }

    private static boolean needsEscape(char character) {
        return character == 0 || character == ESCAPE || Character.isSurrogate(character);
    }
}
