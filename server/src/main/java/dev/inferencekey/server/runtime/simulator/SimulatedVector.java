package dev.inferencekey.server.runtime.simulator;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.Locale;
import java.util.SplittableRandom;

/** Embeddings of length one, made from the words of a text: equal texts get equal vectors, texts that share words get near ones. */
final class SimulatedVector {
    static final int DEFAULT_DIMENSIONS = 64;

    private SimulatedVector() {}

    static float[] of(String text, int dimensions) {
        double[] sum = new double[dimensions];
        for (String word : text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+", -1)) {
            SplittableRandom dice = new SplittableRandom(SimulatedText.seed(word));
            for (int i = 0; i < dimensions; i++) {
                sum[i] += dice.nextDouble(-1, 1);
            }
        }
        double length = 0;
        for (double value : sum) {
            length += value * value;
        }
        length = Math.max(Math.sqrt(length), Double.MIN_NORMAL);
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) (sum[i] / length);
        }
        return vector;
    }

    /** The cosine of the angle between two vectors of length one. */
    static double similarity(float[] left, float[] right) {
        double product = 0;
        for (int i = 0; i < left.length; i++) {
            product += (double) left[i] * right[i];
        }
        return product;
    }

    /** As OpenAI's {@code encoding_format: base64} has it: 32-bit floats, little-endian. */
    static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : vector) {
            bytes.putFloat(value);
        }
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
