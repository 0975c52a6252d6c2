package dev.inferencekey.server.app;

/**
 * What a start may go on without, although it belongs to the installation: said once, by whoever knows that it is lost.
 *
 * @param acceptsEmptyDatabase start over in a folder whose database is gone
 * @param acceptsNewMasterKey go on with another master key; what the lost one sealed has to be stored again
 */
public record Recovery(boolean acceptsEmptyDatabase, boolean acceptsNewMasterKey) {
    /** Nothing may be lost. */
    public static final Recovery NONE = new Recovery(false, false);
}
