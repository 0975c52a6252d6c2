package dev.inferencekey.declaration.build;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Finds credentials where others would find them too. */
public final class OpenTokens {
    private static final Pattern TOKEN = Pattern.compile("ik_(sdk|live)_[A-Za-z0-9_]{6,}");

    private OpenTokens() {}

    /** Whether there is a credential in the text. */
    public static boolean isIn(String text) {
        return TOKEN.matcher(text).find();
    }

    /**
     * Refuses a file of the repository that holds a credential; one that is not there is fine.
     *
     * @throws WorkloadBuildException if it holds one, or can't be read
     */
    public static void refuse(Path file) {
        try {
            // One byte is one character here: whatever else the file is written in, a credential is ASCII.
            if (Files.isRegularFile(file) && isIn(Files.readString(file, StandardCharsets.ISO_8859_1))) {
                throw WorkloadBuildException.setup("There is an InferenceKey credential in " + file
                        + ", where whoever reads the repository finds it. Take it out and revoke it.");
            }
        } catch (IOException e) {
            throw new WorkloadBuildException(
                    WorkloadBuildException.Reason.SETUP, "The file " + file + " can't be read.", e);
        }
    }
}
