package dev.inferencekey;

import dev.inferencekey.internal.Json;
import dev.inferencekey.internal.JsonFormatException;
import dev.inferencekey.internal.Reply;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the answers of models that draw, speak and listen. Everything that is due and missing is an {@link ApiException}. */
final class MediaAnswers {
    private static final String DATA_URL = "data:";
    private static final String UNKNOWN = "application/octet-stream";
    private static final BigDecimal LONGEST =
            BigDecimal.valueOf(Duration.ofDays(3650).toSeconds());

    private MediaAnswers() {}

    static ImageResult images(Reply reply) {
        Map<String, @Nullable Object> json = JsonShape.object(reply);
        List<?> data = JsonShape.list(json, "data");
        if (data == null || data.isEmpty()) {
            throw Failures.unreadable(reply, "data is missing");
        }
        String format = JsonShape.string(json, "output_format");
        List<GeneratedImage> images = new ArrayList<>(data.size());
        for (Object element : data) {
            Map<?, ?> image = element instanceof Map<?, ?> map ? map : Map.of();
            images.add(image(reply, "data[" + images.size() + "]", image, format));
        }
        return new ImageResult(
                images,
                JsonShape.string(json, "model"),
                Usage.read(JsonShape.object(json, "usage")),
                Answers.raw(reply));
    }

    private static GeneratedImage image(Reply reply, String at, Map<?, ?> json, @Nullable String format) {
        String revised = JsonShape.string(json, "revised_prompt");
        String type = format == null ? null : "image/" + format;
        String base64 = JsonShape.string(json, "b64_json");
        String url = JsonShape.string(json, "url");
        if (base64 == null && url != null && url.startsWith(DATA_URL)) {
            int comma = url.indexOf(',');
            String head = url.substring(DATA_URL.length(), Math.max(comma, DATA_URL.length()));
            if (comma < 0 || !head.endsWith(";base64")) {
                throw Failures.unreadable(reply, at + ".url is no data URL in base64");
            }
            base64 = url.substring(comma + 1);
            type = head.substring(0, head.indexOf(';'));
        }
        if (base64 != null) {
            byte[] bytes = decode(reply, at, base64);
            String seen = seenType(bytes);
            return new GeneratedImage(bytes, null, seen == null ? type : seen, revised);
        }
        if (url == null || url.isBlank()) {
            throw Failures.unreadable(reply, at + " has neither b64_json nor url");
        }
        return new GeneratedImage(null, url, type, revised);
    }

    private static byte[] decode(Reply reply, String at, String base64) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            if (bytes.length > 0) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw Failures.unreadable(reply, at + " is no picture in base64");
    }

    /** What the bytes begin with says more than the server, which often says nothing. */
    private static @Nullable String seenType(byte[] bytes) {
        String begin = new String(bytes, 0, Math.min(bytes.length, 12), StandardCharsets.ISO_8859_1);
        if (begin.startsWith("\u0089PNG")) {
            return "image/png";
        }
        if (begin.startsWith("\u00ff\u00d8\u00ff")) {
            return "image/jpeg";
        }
        return begin.startsWith("RIFF") && begin.endsWith("WEBP") ? "image/webp" : null;
    }

    static SpeechResult speech(Reply reply) {
        String type = reply.mediaType();
        if (type.startsWith("text/") || type.endsWith("json")) {
            throw Failures.unreadable(reply, "audio was due, " + type + " came");
        }
        byte[] bytes = Wire.bytes(reply);
        if (bytes.length == 0) {
            throw Failures.unreadable(reply, "audio was due, nothing came");
        }
        return new SpeechResult(bytes, type.isEmpty() ? UNKNOWN : type);
    }

    static TranscriptionResult transcription(Reply reply) {
        String text = new String(Wire.bytes(reply), StandardCharsets.UTF_8);
        String type = reply.mediaType();
        if (!type.endsWith("json")) {
            if (type.equals("text/html") || type.equals("text/event-stream")) {
                throw Failures.unreadable(reply, "a transcript was due, " + type + " came");
            }
            return new TranscriptionResult(text, null, null, List.of(), null, null);
        }
        Object value;
        try {
            value = Json.read(text);
        } catch (JsonFormatException e) {
            throw Failures.unreadable(reply, e.reason());
        }
        if (value instanceof String plain) {
            return new TranscriptionResult(plain, null, null, List.of(), null, null);
        }
        Map<String, @Nullable Object> json = JsonShape.requireObject(reply, value);
        String said = JsonShape.string(json, "text");
        if (said == null) {
            throw Failures.unreadable(reply, "text is missing");
        }
        return new TranscriptionResult(
                said,
                JsonShape.string(json, "language"),
                seconds(json, "duration"),
                segments(json),
                tokens(JsonShape.object(json, "usage")),
                new RawJson(text));
    }

    private static List<TranscriptionResult.Segment> segments(Map<?, ?> json) {
        List<TranscriptionResult.Segment> segments = new ArrayList<>();
        List<?> given = JsonShape.list(json, "segments");
        for (Object element : given == null ? List.of() : given) {
            Map<?, ?> segment = element instanceof Map<?, ?> map ? map : Map.of();
            Duration start = seconds(segment, "start");
            Duration end = seconds(segment, "end");
            String text = JsonShape.string(segment, "text");
            if (start != null && end != null && text != null) {
                segments.add(new TranscriptionResult.Segment(start, end, text));
            }
        }
        return segments;
    }

    /** Seconds as a number, or, as some servers write them, as a text; null if they are no length of time. */
    private static @Nullable Duration seconds(Map<?, ?> json, String name) {
        String text = JsonShape.id(json, name);
        if (text == null || text.length() > 40) {
            return null;
        }
        try {
            BigDecimal seconds = new BigDecimal(text);
            return seconds.signum() < 0 || seconds.compareTo(LONGEST) > 0
                    ? null
                    : Duration.ofNanos(seconds.movePointRight(9).longValue());
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Servers that count seconds of sound say nothing of tokens. */
    private static @Nullable Usage tokens(@Nullable Map<?, ?> usage) {
        boolean counted = usage != null
                && (usage.containsKey("total_tokens")
                        || usage.containsKey("input_tokens")
                        || usage.containsKey("prompt_tokens"));
        return counted ? Usage.read(usage) : null;
    }
}
