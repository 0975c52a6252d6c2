package dev.inferencekey.server.runtime.simulator;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * Answers {@code v1/videos}: a job that is done as soon as it is made, and its video. Keeps the last jobs only. Thread-safe: the jobs are
 * guarded by this object's lock.
 */
final class VideoAnswers {
    private static final int MAX_JOBS = 1_000;
    private static final int MAX_SECONDS = 60;
    private static final int MOVIE_HEADER = 108;

    private final Envelope envelope;
    private final Map<String, ObjectNode> jobs = new LinkedHashMap<>();

    VideoAnswers(Envelope envelope) {
        this.envelope = envelope;
    }

    void create(Call call) throws IOException, InterruptedException {
        Fields request = call.upload().fields();
        if (request.text("prompt", "").isBlank()) {
            throw RequestRefusedException.invalid("prompt", "prompt must be a text that is not empty");
        }
        String seconds = request.get("seconds").asString("4");
        if (!seconds.matches("[1-9]\\d?") || Integer.parseInt(seconds) > MAX_SECONDS) {
            throw RequestRefusedException.invalid("seconds", "seconds must be from 1 to " + MAX_SECONDS);
        }
        ObjectNode job = Call.JSON
                .createObjectNode()
                .put("id", envelope.nextId("video"))
                .put("object", "video")
                .put("model", envelope.model())
                .put("status", "completed")
                .put("progress", 100)
                .put("created_at", envelope.now())
                .put("completed_at", envelope.now())
                .putNull("expires_at")
                .putNull("error")
                .putNull("remixed_from_video_id")
                .put("prompt", request.text("prompt", ""))
                .put("size", request.text("size", "720x1280"))
                .put("seconds", seconds);
        call.generation().produceWhole();
        synchronized (this) {
            jobs.put(job.path("id").asString(""), job);
            if (jobs.size() > MAX_JOBS) {
                jobs.remove(jobs.keySet().iterator().next());
            }
        }
        call.answer(200, job);
    }

    void show(Call call, String id) throws IOException {
        call.answer(200, job(id));
    }

    /** An MP4 of the length that was asked for, without a track in it. */
    void content(Call call, String id) throws IOException {
        int seconds = Integer.parseInt(job(id).path("seconds").asString("1"));
        ByteBuffer mp4 = ByteBuffer.allocate(24 + 8 + MOVIE_HEADER);
        mp4.putInt(24).put(ascii("ftypisom")).putInt(512).put(ascii("isommp42"));
        mp4.putInt(8 + MOVIE_HEADER).put(ascii("moov"));
        mp4.putInt(MOVIE_HEADER).put(ascii("mvhd")).putInt(0).putInt(0).putInt(0);
        // Units a second, length, rate 1, volume 1, and the matrix that turns nothing.
        mp4.putInt(1_000).putInt(1_000 * seconds).putInt(1 << 16).putShort((short) (1 << 8));
        mp4.position(mp4.position() + 10);
        mp4.putInt(1 << 16).position(mp4.position() + 12);
        mp4.putInt(1 << 16).position(mp4.position() + 12);
        mp4.putInt(1 << 30).position(mp4.position() + 24);
        mp4.putInt(1);
        call.answer(200, "video/mp4", mp4.array());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private synchronized ObjectNode job(String id) {
        ObjectNode job = jobs.get(id);
        if (job == null) {
            throw new RequestRefusedException(404, "not_found", "id", "there is no such video here");
        }
        return job;
    }
}
