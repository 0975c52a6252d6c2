package dev.inferencekey;

/**
 * A model's answer as an object.
 *
 * @param value the object
 * @param answer the answer that it was read from, with model, usage and raw text
 */
public record ObjectResult<T>(T value, TextResult answer) {
    /** The type alone, and what was used: the object may be private. */
    @Override
    public String toString() {
        return "ObjectResult[" + value.getClass().getSimpleName() + ", model=" + Shown.name(answer.model()) + ", usage="
                + answer.usage() + "]";
    }
}
