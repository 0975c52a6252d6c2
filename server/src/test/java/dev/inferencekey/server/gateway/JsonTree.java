package dev.inferencekey.server.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/** JSON as another parser reads it, with every member, also those that are there twice, and numbers as they are written. */
sealed interface JsonTree {
    record Obj(List<Member> members) implements JsonTree {
        /** The last of the members with this name; null if there is none. */
        @Nullable
        JsonTree last(String name) {
            JsonTree last = null;
            for (Member member : members) {
                last = member.name.equals(name) ? member.value : last;
            }
            return last;
        }
    }

    record Member(String name, JsonTree value) {}

    record Arr(List<JsonTree> elements) implements JsonTree {}

    record Leaf(JsonToken kind, String text) implements JsonTree {}

    JsonTree TRUE = new Leaf(JsonToken.VALUE_TRUE, "true");
    JsonTree NULL = new Leaf(JsonToken.VALUE_NULL, "null");

    JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(JsonScan.MAX_DEPTH)
                    .maxNumberLength(1_000_000)
                    .build())
            .build();

    /** The other parser takes letters beyond Latin-1 for hexadecimal digits, by their last eight bits; the grammar does not. */
    Pattern LETTER_FOR_A_DIGIT = Pattern.compile("(?<!\\\\)(?:\\\\\\\\)*\\\\u[0-9a-fA-F]{0,3}[^\\x00-\\x7f]");

    /** The one value that these bytes are; null if they are none, or more than one. */
    static @Nullable JsonTree parse(byte[] bytes) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
        if (LETTER_FOR_A_DIGIT.matcher(text).find()) {
            return null;
        }
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = parser.nextToken();
            JsonTree tree = first == null ? null : value(parser, first);
            return parser.nextToken() == null ? tree : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    /** Whether there is an escape for half of a surrogate pair: the grammar allows it, the other parser not everywhere. */
    static boolean hasHalfAPair(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1)
                .replace("\\\\", "")
                .replaceAll("(?i)\\\\u(?!d[89a-f])", "")
                .replaceAll("(?i)\\\\ud[89ab][0-9a-f]{2}\\\\ud[c-f][0-9a-f]{2}", "")
                .contains("\\u");
    }

    private static JsonTree value(JsonParser parser, JsonToken first) {
        return switch (first) {
            case START_OBJECT -> {
                List<Member> members = new ArrayList<>();
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String name = parser.currentName();
                    members.add(new Member(name, value(parser, parser.nextToken())));
                }
                yield new Obj(members);
            }
            case START_ARRAY -> {
                List<JsonTree> elements = new ArrayList<>();
                for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                    elements.add(value(parser, next));
                }
                yield new Arr(elements);
            }
            default -> new Leaf(first, parser.getString());
        };
    }
}
