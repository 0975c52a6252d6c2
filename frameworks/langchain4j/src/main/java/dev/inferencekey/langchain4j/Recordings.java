package dev.inferencekey.langchain4j;

import dev.langchain4j.data.audio.Audio;
import java.util.Base64;
import java.util.Locale;

/** What is inside LangChain4j's audio. Stateless. */
final class Recordings {
    private Recordings() {}

    static byte[] bytes(Audio audio) {
        if (audio.binaryData() != null) {
            return audio.binaryData();
        }
        if (audio.base64Data() == null) {
            throw Unsupported.feature("audio behind an address", "load it, and send its bytes");
        }
        return Base64.getDecoder().decode(audio.base64Data());
    }

    /** As model servers name it, which is also the usual extension of a file: {@code wav}, {@code mp3}, … */
    static String format(Audio audio) {
        String type = audio.mimeType() == null ? "" : audio.mimeType().toLowerCase(Locale.ROOT);
        if (!type.startsWith("audio/")) {
            throw Unsupported.feature("audio without a type", "set a mimeType such as audio/wav");
        }
        String subtype = type.substring("audio/".length()).split("[;\\s]", 2)[0];
        return switch (subtype) {
            case "mpeg" -> "mp3";
            case "x-wav", "wave", "vnd.wave" -> "wav";
            case "mp4", "x-m4a" -> "m4a";
            default -> subtype;
        };
    }
}
