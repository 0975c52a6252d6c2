package dev.inferencekey.server.runtime.simulator;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/** Valid pictures and sounds that show and say nothing. */
final class SimulatedMedia {
    /** Of a WAV, samples each second. */
    private static final int WAV_RATE = 8_000;

    /** Of raw sound, samples each second, as OpenAI has it. */
    private static final int PCM_RATE = 24_000;

    private static final double SECONDS = 0.25;

    /** An MPEG-1 layer III frame of 128 kbit/s, 44.1 kHz, one channel: 1152 samples, all of them silent where the frame is empty. */
    private static final byte[] MP3_HEAD = {(byte) 0xff, (byte) 0xfb, (byte) 0x90, (byte) 0xc0};

    private static final int MP3_FRAME = 417;
    private static final int MP3_SAMPLES = 1_152;
    private static final int MP3_RATE = 44_100;

    private SimulatedMedia() {}

    /** A PNG in a colour that depends on the prompt; {@code width} and {@code height} in pixels. */
    static byte[] png(String prompt, int width, int height) {
        long seed = SimulatedText.seed(prompt);
        byte[] row = new byte[1 + 3 * width];
        for (int x = 0; x < width; x++) {
            row[1 + 3 * x] = (byte) (seed >> 8);
            row[2 + 3 * x] = (byte) ((seed >> 16) + 128L * x / width);
            row[3 + 3 * x] = (byte) (seed >> 24);
        }
        ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
        header.put((byte) 8).put((byte) 2).put((byte) 0).put((byte) 0).put((byte) 0);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        pngChunk(png, "IHDR", header.array());
        pngChunk(png, "IDAT", deflate(row, height));
        pngChunk(png, "IEND", new byte[0]);
        return png.toByteArray();
    }

    private static void pngChunk(ByteArrayOutputStream png, String type, byte[] data) {
        byte[] typed = ByteBuffer.allocate(4 + data.length)
                .put(type.getBytes(StandardCharsets.US_ASCII))
                .put(data)
                .array();
        CRC32 crc = new CRC32();
        crc.update(typed);
        png.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        png.writeBytes(typed);
        png.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    private static byte[] deflate(byte[] row, int times) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(packed)) {
            for (int i = 0; i < times; i++) {
                out.write(row);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    /** A WAV: one channel, 16 bits, a tone whose pitch depends on the text; a quarter of a second long at speed 1. */
    static byte[] wav(String text, double speed) {
        byte[] tone = tone(text, WAV_RATE, speed);
        ByteBuffer wav = ByteBuffer.allocate(44 + tone.length).order(ByteOrder.LITTLE_ENDIAN);
        wav.put(ascii("RIFF")).putInt(36 + tone.length).put(ascii("WAVE"));
        wav.put(ascii("fmt ")).putInt(16).putShort((short) 1).putShort((short) 1);
        wav.putInt(WAV_RATE).putInt(2 * WAV_RATE).putShort((short) 2).putShort((short) 16);
        wav.put(ascii("data")).putInt(tone.length).put(tone);
        return wav.array();
    }

    /** The same tone without a head: 24 kHz, 16 bits, little-endian. */
    static byte[] pcm(String text, double speed) {
        return tone(text, PCM_RATE, speed);
    }

    private static byte[] tone(String text, int rate, double speed) {
        int samples = (int) (rate * SECONDS / speed);
        double pitch = 220 + Math.floorMod(SimulatedText.seed(text), 440);
        ByteBuffer tone = ByteBuffer.allocate(2 * samples).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < samples; i++) {
            tone.putShort((short) (8_000 * Math.sin(2 * Math.PI * pitch * i / rate)));
        }
        return tone.array();
    }

    /** Silence as MP3, a quarter of a second long at speed 1. */
    static byte[] mp3(double speed) {
        int frames = (int) Math.ceil(MP3_RATE * SECONDS / speed / MP3_SAMPLES);
        ByteBuffer mp3 = ByteBuffer.allocate(frames * MP3_FRAME);
        for (int i = 0; i < frames; i++) {
            mp3.put(i * MP3_FRAME, MP3_HEAD);
        }
        return mp3.array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
