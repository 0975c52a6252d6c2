package dev.inferencekey;

import dev.inferencekey.internal.MultipartForm;
import java.io.FileNotFoundException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A recording to be written down. Immutable and thread-safe.
 *
 * {@snippet :
 * TranscriptionParams.builder(Path.of("call.mp3")).language("es").format("verbose_json").build();
 * }
 */
public final class TranscriptionParams {
    private static final Map<String, String> MEDIA_TYPES = Map.of(
            "wav", "audio/wav",
            "mp3", "audio/mpeg",
            "mpga", "audio/mpeg",
            "m4a", "audio/mp4",
            "mp4", "audio/mp4",
            "flac", "audio/flac",
            "ogg", "audio/ogg",
            "opus", "audio/ogg",
            "webm", "audio/webm");

    private final Recording recording;
    private final Map<String, @Nullable Object> fields;

    private TranscriptionParams(Recording recording, Map<String, @Nullable Object> fields) {
        this.recording = recording;
        this.fields = fields;
    }

    private sealed interface Recording {
        String name();

        record OnDisk(Path path) implements Recording {
            @Override
            public String name() {
                Path name = path.getFileName();
                return name == null ? "audio" : name.toString();
            }
        }

        @SuppressWarnings("ArrayRecordComponent") // Never compared.
        record InMemory(byte[] bytes, String name) implements Recording {}
    }

    /** A file, everything else as the model has it. */
    public static TranscriptionParams of(Path file) {
        return builder(file).build();
    }

    /** A file. It is read while it is sent, however large; it must not change meanwhile. */
    public static Builder builder(Path file) {
        return new Builder(new Recording.OnDisk(file));
    }

    /**
     * A recording in memory.
     *
     * @param fileName with an extension that tells the format, by which most servers go: {@code call.wav}
     */
    public static Builder builder(byte[] bytes, String fileName) {
        if (fileName.isBlank()) {
            throw new ValidationException("the file's name must not be empty");
        }
        return new Builder(new Recording.InMemory(bytes.clone(), fileName));
    }

    /**
     * The request's body.
     *
     * @throws ValidationException if the file can't be read
     */
    MultipartForm toForm(String model) {
        MultipartForm form = new MultipartForm();
        form.field("model", model);
        fields.forEach((name, value) -> {
            // A list is a field that occurs several times, with brackets at its name: as OpenAI's clients do it.
            if (value instanceof List<?> list) {
                list.forEach(element -> form.field(name + "[]", String.valueOf(element)));
            } else if (value != null) {
                form.field(name, String.valueOf(value));
            }
        });
        String name = recording.name();
        form.file("file", name, mediaType(name), body());
        return form;
    }

    private BodyPublisher body() {
        if (recording instanceof Recording.InMemory memory) {
            return BodyPublishers.ofByteArray(memory.bytes());
        }
        Path path = ((Recording.OnDisk) recording).path();
        if (!Files.isRegularFile(path)) {
            throw new ValidationException("there is no file " + path);
        }
        try {
            return BodyPublishers.ofFile(path);
        } catch (FileNotFoundException e) {
            throw new ValidationException("the file " + path + " can't be read");
        }
    }

    private static String mediaType(String fileName) {
        String extension = fileName.substring(fileName.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return MEDIA_TYPES.getOrDefault(extension, "application/octet-stream");
    }

    /** The file's name, and which fields are set. */
    @Override
    public String toString() {
        return "TranscriptionParams[" + recording.name() + ", " + fields.keySet() + "]";
    }

    /** Collects how to write it down. Not thread-safe. */
    public static final class Builder {
        private final Recording recording;
        private final Settings settings = new Settings(Set.of("model", "file", "stream"));

        private Builder(Recording recording) {
            this.recording = recording;
        }

        /** The language that is spoken, as ISO 639-1 names it: {@code es}. By default the model finds out. */
        public Builder language(String value) {
            settings.text("language", value);
            return this;
        }

        /** Words that help the model: names, or what was said before. */
        public Builder prompt(String value) {
            settings.text("prompt", value);
            return this;
        }

        /** How freely the model chooses, from 0 to 1. */
        public Builder temperature(double value) {
            settings.number("temperature", value, 0, 1);
            return this;
        }

        /**
         * {@code json}, the default; {@code verbose_json} for language, duration and segments; {@code text}, {@code srt} or {@code vtt},
         * which are then all of {@link TranscriptionResult#text}.
         */
        public Builder format(String value) {
            settings.text("response_format", value);
            return this;
        }

        /** Any further field of the form: a text, a number, a boolean, or a list of these. */
        public Builder extra(String name, Object value) {
            if (value instanceof Map) {
                throw new ValidationException(name + " must be a text, a number, a boolean or a list of these");
            }
            settings.extra(name, value);
            return this;
        }

        /** @throws ValidationException if a field is set twice */
        public TranscriptionParams build() {
            return new TranscriptionParams(recording, settings.fields());
        }
    }
}
