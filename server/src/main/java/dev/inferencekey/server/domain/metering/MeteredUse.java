package dev.inferencekey.server.domain.metering;

/**
 * What was metered for one workload over some time, apart by what an engine can't have counted alike.
 *
 * @param counted requests that ended with the usage that the model server told
 * @param reading the part of {@code counted} that only read: embeddings, reranking and their kind
 * @param estimated requests whose usage is estimated, most often because the caller left
 * @param later requests that ended after the counters were read
 */
public record MeteredUse(Part counted, Part reading, Part estimated, Part later) {
    public static final MeteredUse NONE = new MeteredUse(Part.NONE, Part.NONE, Part.NONE, Part.NONE);

    /** @param cachedTokens the part of the input that came from a cache */
    public record Part(long requests, long inputTokens, long outputTokens, long cachedTokens) {
        public static final Part NONE = new Part(0, 0, 0, 0);

        public Part plus(Part other) {
            return new Part(
                    requests + other.requests,
                    inputTokens + other.inputTokens,
                    outputTokens + other.outputTokens,
                    cachedTokens + other.cachedTokens);
        }
    }

    public Part all() {
        return counted.plus(estimated).plus(later);
    }

    public MeteredUse plus(MeteredUse other) {
        return new MeteredUse(
                counted.plus(other.counted),
                reading.plus(other.reading),
                estimated.plus(other.estimated),
                later.plus(other.later));
    }
}
