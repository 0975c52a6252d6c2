package dev.inferencekey.server.runtime.simulator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Answers {@code v1/audio/transcriptions} and {@code v1/audio/translations}. What it hears depends on the file's size alone. Thread-safe.
 *
 * <p>The file is taken for sound of 16 kB a second; words are spread evenly over that time, and every tenth begins a segment.
 */
final class TranscriptionAnswers {
    private static final double BYTES_PER_SECOND = 16_000;
    private static final int WORDS_PER_SEGMENT = 10;
    private static final String WITH_LOGPROBS = "logprobs";
    private static final List<String> REFUSED = List.of("known_speaker_names", "known_speaker_references");

    private final Envelope envelope;

    TranscriptionAnswers(Envelope envelope) {
        this.envelope = envelope;
    }

    void transcribe(Call call) throws IOException, InterruptedException {
        Upload upload = call.upload();
        Fields request = upload.fields();
        request.refuse(REFUSED);
        String format =
                request.choice("response_format", "json", "text", "srt", "vtt", "verbose_json", "diarized_json");
        answer(call, "transcribe", request, upload.fileBytes(), format);
    }

    void translate(Call call) throws IOException, InterruptedException {
        Upload upload = call.upload();
        upload.fields().refuse(List.of("stream", "include"));
        String format = upload.fields().choice("response_format", "json", "text", "srt", "vtt", "verbose_json");
        answer(call, "translate", upload.fields(), upload.fileBytes(), format);
    }

    private void answer(Call call, String task, Fields request, long bytes, String format)
            throws IOException, InterruptedException {
        request.number("temperature", 0, 0, 1);
        boolean logprobs = request.texts("include", 10).contains(WITH_LOGPROBS);
        if (logprobs && !format.equals("json")) {
            throw RequestRefusedException.invalid("include", "logprobs go only with response_format json");
        }
        for (String granularity : request.texts("timestamp_granularities", 2)) {
            if (!granularity.equals("word") && !granularity.equals("segment")) {
                throw RequestRefusedException.invalid(
                        "timestamp_granularities", "timestamp_granularities must be word or segment");
            }
        }
        if (request.has("timestamp_granularities") && !format.equals("verbose_json")) {
            throw RequestRefusedException.invalid(
                    "timestamp_granularities", "timestamp_granularities goes only with response_format verbose_json");
        }
        SimulatedText text = SimulatedText.answer(
                "audio of " + bytes + " bytes", "", call.generation().config().outputTokens(), null);
        Heard heard = new Heard(text, bytes / BYTES_PER_SECOND, bytes);
        if (request.flag("stream")) {
            if (!format.equals("json") && !format.equals("diarized_json")) {
                throw RequestRefusedException.invalid(
                        "stream", "stream goes only with response_format json or diarized_json");
            }
            stream(call, heard, format, logprobs);
            return;
        }
        call.generation().produce(text);
        switch (format) {
            case "text" -> plain(call, "text/plain", text.text() + "\n");
            case "srt" -> plain(call, "application/x-subrip", heard.cues(","));
            case "vtt" -> plain(call, "text/vtt", "WEBVTT\n\n" + heard.cues("."));
            case "verbose_json" -> call.answer(200, verbose(task, request, heard));
            case "diarized_json" -> call.answer(200, diarized(heard));
            default -> {
                ObjectNode answer =
                        Call.JSON.createObjectNode().put("text", text.text()).put("model", envelope.model());
                if (logprobs) {
                    answer.set("logprobs", heard.logprobs(text.tokens()));
                }
                heard.putTokenUsage(answer);
                call.answer(200, answer);
            }
        }
    }

    private static void plain(Call call, String type, String body) throws IOException {
        call.answer(200, type + "; charset=utf-8", body.getBytes(StandardCharsets.UTF_8));
    }

    private void stream(Call call, Heard heard, String format, boolean logprobs)
            throws IOException, InterruptedException {
        SimulatedText text = heard.text();
        Call.EventStream stream = call.startStream();
        call.generation().produce(List.of(text), (which, at) -> {
            String token = text.tokens().get(at);
            ObjectNode delta = event("transcript.text.delta").put("delta", token);
            if (logprobs) {
                delta.set("logprobs", heard.logprobs(List.of(token)));
            }
            stream.send(null, delta);
        });
        if (format.equals("diarized_json")) {
            for (Segment segment : heard.segments()) {
                ObjectNode event = event("transcript.text.segment");
                segment.putInto(event);
                stream.send(null, event);
            }
        }
        ObjectNode done = event("transcript.text.done").put("text", text.text());
        if (logprobs) {
            done.set("logprobs", heard.logprobs(text.tokens()));
        }
        heard.putTokenUsage(done);
        stream.send(null, done);
        stream.end();
    }

    private ObjectNode event(String type) {
        return Call.JSON.createObjectNode().put("type", type).put("model", envelope.model());
    }

    private ObjectNode verbose(String task, Fields request, Heard heard) {
        ObjectNode answer = Call.JSON
                .createObjectNode()
                .put("task", task)
                .put("language", task.equals("translate") ? "english" : request.text("language", "english"))
                .put("duration", heard.seconds())
                .put("text", heard.text().text())
                .put("model", envelope.model());
        ArrayNode segments = answer.putArray("segments");
        for (Segment segment : heard.segments()) {
            ObjectNode entry = segments.addObject()
                    .put("id", segments.size() - 1)
                    .put("seek", 0)
                    .put("start", segment.start())
                    .put("end", segment.end())
                    .put("text", segment.text());
            entry.putArray("tokens");
            entry.put("temperature", request.number("temperature", 0, 0, 1))
                    .put("avg_logprob", -0.2)
                    .put("compression_ratio", 1.0)
                    .put("no_speech_prob", 0.01);
        }
        if (request.texts("timestamp_granularities", 2).contains("word")) {
            ArrayNode words = answer.putArray("words");
            List<String> tokens = heard.text().tokens();
            for (int i = 0; i < tokens.size(); i++) {
                words.addObject()
                        .put("word", tokens.get(i).strip())
                        .put("start", heard.time(i))
                        .put("end", heard.time(i + 1));
            }
        }
        answer.putObject("usage").put("type", "duration").put("seconds", (long) Math.ceil(heard.seconds()));
        return answer;
    }

    private ObjectNode diarized(Heard heard) {
        ObjectNode answer = Call.JSON
                .createObjectNode()
                .put("task", "transcribe")
                .put("duration", heard.seconds())
                .put("text", heard.text().text())
                .put("model", envelope.model());
        ArrayNode segments = answer.putArray("segments");
        for (Segment segment : heard.segments()) {
            segment.putInto(segments.addObject().put("type", "transcript.text.segment"));
        }
        heard.putTokenUsage(answer);
        return answer;
    }

    /** A stretch of speech; times in seconds. */
    private record Segment(int number, double start, double end, String text) {
        void putInto(ObjectNode event) {
            event.put("id", "seg_" + number)
                    .put("start", start)
                    .put("end", end)
                    .put("text", text)
                    .put("speaker", number % 2 == 1 ? "A" : "B");
        }
    }

    /** What was heard in a file. */
    private record Heard(SimulatedText text, double seconds, long bytes) {
        /** When the word at {@code index} begins. */
        double time(int index) {
            return Math.round(
                            1_000 * seconds * index / Math.max(1, text.tokens().size()))
                    / 1_000.0;
        }

        List<Segment> segments() {
            List<Segment> segments = new ArrayList<>();
            List<String> tokens = text.tokens();
            for (int from = 0; from < tokens.size(); from += WORDS_PER_SEGMENT) {
                int to = Math.min(tokens.size(), from + WORDS_PER_SEGMENT);
                segments.add(new Segment(
                        segments.size() + 1, time(from), time(to), String.join("", tokens.subList(from, to))));
            }
            return segments;
        }

        /** @param point what stands before the milliseconds */
        String cues(String point) {
            StringBuilder cues = new StringBuilder();
            for (Segment segment : segments()) {
                cues.append(segment.number()).append('\n');
                cues.append(clock(segment.start(), point)).append(" --> ");
                cues.append(clock(segment.end(), point)).append('\n');
                cues.append(segment.text().strip()).append("\n\n");
            }
            return cues.toString();
        }

        private static String clock(double seconds, String point) {
            long millis = Math.round(1_000 * seconds);
            return "%02d:%02d:%02d%s%03d"
                    .formatted(millis / 3_600_000, millis / 60_000 % 60, millis / 1_000 % 60, point, millis % 1_000);
        }

        ArrayNode logprobs(List<String> tokens) {
            ArrayNode list = Call.JSON.createArrayNode();
            tokens.forEach(token -> list.add(Logprobs.entry(token, Logprobs.of(token))));
            return list;
        }

        void putTokenUsage(ObjectNode answer) {
            int read = (int) Math.min(Integer.MAX_VALUE, 1 + bytes / 1_000);
            answer.putObject("usage")
                    .put("type", "tokens")
                    .put("input_tokens", read)
                    .put("output_tokens", text.generated())
                    .put("total_tokens", (long) read + text.generated());
        }
    }
}
