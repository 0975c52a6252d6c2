package dev.inferencekey.server.manager.http;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.manager.service.RefusedException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads a request's body: exactly one JSON object in UTF-8, strictly. Numbers keep what they are: whole ones become {@code Integer},
 * {@code Long} or {@code BigInteger}, others {@code BigDecimal} with the digits that were sent. Keys keep their order.
 *
 * <p>Refused are: other encodings and broken UTF-8, a key that comes twice (readers would disagree on which one counts), anything after
 * the object, half surrogate pairs and NUL (stores and other clients choke on them), and what is too deep. Messages say where, and
 * never quote: a body can hold a secret.
 *
 * <p>Stateless and thread-safe.
 */
public final class JsonBody {
    /** The deepest nesting of objects and lists. */
    static final int MAX_DEPTH = 64;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(1000)
                    .build())
            .build();

    private JsonBody() {}

    /** The object that the bytes are. */
    public static Map<String, @Nullable Object> parse(byte[] bytes) {
        if (bytes.length == 0) {
            throw new RefusedException(ErrorCode.INVALID_REQUEST, "the body is empty; send a JSON object");
        }
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), decode(bytes))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new RefusedException(ErrorCode.INVALID_REQUEST, "the body must be a JSON object");
            }
            Map<String, @Nullable Object> object = object(parser, "");
            if (parser.nextToken() != null) {
                throw malformed("something follows the JSON object", parser.currentTokenLocation());
            }
            return object;
        } catch (JacksonException e) {
            throw malformed("the body is not valid JSON, or too deeply nested", e.getLocation());
        }
    }

    private static String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new RefusedException(ErrorCode.INVALID_REQUEST, "the body is not valid UTF-8");
        }
    }

    private static Map<String, @Nullable Object> object(JsonParser parser, String path) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            String shown = JsonFields.show(name);
            String fieldPath = path.isEmpty() ? shown : path + "." + shown;
            requireSound(name, fieldPath);
            parser.nextToken();
            if (object.containsKey(name)) {
                throw new InvalidFieldException(fieldPath, fieldPath + " is there twice");
            }
            object.put(name, value(parser, fieldPath));
        }
        return object;
    }

    private static List<@Nullable Object> list(JsonParser parser, String path) {
        List<@Nullable Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            list.add(value(parser, path + "[" + list.size() + "]"));
        }
        return list;
    }

    private static @Nullable Object value(JsonParser parser, String path) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, path);
            case START_ARRAY -> list(parser, path);
            case VALUE_STRING -> requireSound(parser.getString(), path);
            case VALUE_NUMBER_INT -> parser.getNumberValue();
            case VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw malformed("the body is not valid JSON", parser.currentTokenLocation());
        };
    }

    private static String requireSound(String text, String path) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (pair) {
                i++;
            } else if (Character.isSurrogate(c) || c == 0) {
                throw new InvalidFieldException(path, path + " holds a NUL or half a surrogate pair");
            }
        }
        return text;
    }

    private static RefusedException malformed(String what, @Nullable TokenStreamLocation where) {
        String at = where == null ? "" : " (line " + where.getLineNr() + ", column " + where.getColumnNr() + ")";
        return new RefusedException(ErrorCode.INVALID_REQUEST, what + at);
    }
}
