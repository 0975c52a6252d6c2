package dev.inferencekey;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an image model drew.
 *
 * @param images at least one
 * @param model as the model server names it, where it does
 * @param usage null if the server does not count
 * @param raw the whole answer
 */
public record ImageResult(
        List<GeneratedImage> images,
        @Nullable String model,
        @Nullable Usage usage,
        RawJson raw) {
    public ImageResult {
        images = List.copyOf(images);
    }

    /** The first picture. */
    public GeneratedImage image() {
        return images.get(0);
    }

    /** What there is; no bytes. */
    @Override
    public String toString() {
        return "ImageResult" + Shown.list(images) + (usage == null ? "" : "[" + usage + "]");
    }
}
