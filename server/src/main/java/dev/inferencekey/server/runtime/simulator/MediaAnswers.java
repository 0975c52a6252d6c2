package dev.inferencekey.server.runtime.simulator;

import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers the routes that draw and speak. Thread-safe. */
final class MediaAnswers {
    private static final int MAX_IMAGES = 10;
    private static final int MAX_SIDE = 2_048;
    private static final int USUAL_SIDE = 8;
    private static final int MAX_PARTIAL = 3;
    private static final int SPEECH_CHUNK = 4_096;
    private static final Pattern SIZE = Pattern.compile("([1-9]\\d{0,3})x([1-9]\\d{0,3})");

    private final Envelope envelope;

    MediaAnswers(Envelope envelope) {
        this.envelope = envelope;
    }

    /** @param event what the events of a stream are named after; empty for a route that has no streams */
    void images(Call call, String event) throws IOException, InterruptedException {
        Fields request = call.upload().fields();
        String prompt = request.text("prompt", "");
        int wanted = request.integer("n", 1, 1, MAX_IMAGES);
        request.choice("output_format", "png");
        request.choice("background", "auto", "opaque");
        boolean url = request.choice("response_format", "b64_json", "url").equals("url");
        String size = request.text("size", "auto");
        int[] sides = sides(size);
        if (request.flag("stream")) {
            if (event.isEmpty()) {
                throw RequestRefusedException.unsupported("stream");
            }
            if (wanted > 1) {
                throw RequestRefusedException.invalid("n", "n must be 1 in a stream of the simulator");
            }
            stream(call, request, event, prompt, sides);
            return;
        }
        ObjectNode answer = Call.JSON
                .createObjectNode()
                .put("created", envelope.now())
                .put("model", envelope.model())
                .put("output_format", "png");
        ArrayNode data = answer.putArray("data");
        for (int i = 0; i < wanted; i++) {
            String png = Base64.getEncoder().encodeToString(SimulatedMedia.png(prompt + i, sides[0], sides[1]));
            data.addObject().put(url ? "url" : "b64_json", url ? "data:image/png;base64," + png : png);
        }
        call.generation().produceWhole();
        call.answer(200, answer);
    }

    private static int[] sides(String size) {
        Matcher parts = SIZE.matcher(size);
        if (size.equals("auto")) {
            return new int[] {USUAL_SIDE, USUAL_SIDE};
        }
        if (parts.matches()) {
            int width = Integer.parseInt(parts.group(1));
            int height = Integer.parseInt(parts.group(2));
            if (width <= MAX_SIDE && height <= MAX_SIDE) {
                return new int[] {width, height};
            }
        }
        throw RequestRefusedException.invalid(
                "size", "size must be auto, or such as 1024x1024 with sides of at most " + MAX_SIDE);
    }

    private void stream(Call call, Fields request, String event, String prompt, int[] sides)
            throws IOException, InterruptedException {
        int partial = request.integer("partial_images", 0, 0, MAX_PARTIAL);
        Call.EventStream stream = call.startStream();
        call.generation().produceWhole();
        for (int i = 0; i <= partial; i++) {
            boolean whole = i == partial;
            // The picture that is done is the one that the same request gets without a stream.
            byte[] png = SimulatedMedia.png(whole ? prompt + 0 : prompt + " part " + i, sides[0], sides[1]);
            ObjectNode data = Call.JSON
                    .createObjectNode()
                    .put("type", event + (whole ? ".completed" : ".partial_image"))
                    .put("b64_json", Base64.getEncoder().encodeToString(png))
                    .put("created_at", envelope.now())
                    .put("size", request.text("size", "auto"))
                    .put("quality", request.text("quality", "auto"))
                    .put("background", request.text("background", "auto"))
                    .put("output_format", "png")
                    .put("model", envelope.model());
            if (whole) {
                putUsage(data, SimulatedText.countTokens(prompt));
            } else {
                data.put("partial_image_index", i);
            }
            stream.send(data.path("type").asString(""), data);
        }
        stream.end();
    }

    private static void putUsage(ObjectNode answer, int read) {
        ObjectNode usage = answer.putObject("usage")
                .put("input_tokens", read)
                .put("output_tokens", 1)
                .put("total_tokens", read + 1);
        usage.putObject("input_tokens_details").put("text_tokens", read).put("image_tokens", 0);
    }

    void speech(Call call) throws IOException, InterruptedException {
        Fields request = Fields.ofJson(call.jsonBody());
        request.refuse(List.of("stream"));
        String text = request.text("input", request.text("prompt", ""));
        double speed = request.number("speed", 1, 0.25, 4);
        String format = request.choice("response_format", "wav", "pcm", "mp3");
        boolean events = request.choice("stream_format", "audio", "sse").equals("sse");
        byte[] sound = switch (format) {
            case "wav" -> SimulatedMedia.wav(text, speed);
            case "pcm" -> SimulatedMedia.pcm(text, speed);
            default -> SimulatedMedia.mp3(speed);
        };
        if (!events) {
            call.generation().produceWhole();
            call.answer(200, format.equals("mp3") ? "audio/mpeg" : "audio/" + format, sound);
            return;
        }
        Call.EventStream stream = call.startStream();
        call.generation().produceWhole();
        for (int at = 0; at < sound.length; at += SPEECH_CHUNK) {
            byte[] part = Arrays.copyOfRange(sound, at, Math.min(sound.length, at + SPEECH_CHUNK));
            stream.send(
                    null,
                    Call.JSON
                            .createObjectNode()
                            .put("type", "speech.audio.delta")
                            .put("audio", Base64.getEncoder().encodeToString(part)));
        }
        int read = SimulatedText.countTokens(text);
        ObjectNode done = Call.JSON.createObjectNode().put("type", "speech.audio.done");
        done.putObject("usage")
                .put("input_tokens", read)
                .put("output_tokens", 1)
                .put("total_tokens", read + 1);
        stream.send(null, done);
        stream.end();
    }

    void voices(Call call) throws IOException {
        ObjectNode answer = Call.JSON.createObjectNode().put("model", envelope.model());
        answer.putArray("voices").add("simulated");
        call.answer(200, answer);
    }
}
