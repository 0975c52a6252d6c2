package dev.inferencekey.declaration.build;

/** Where a build tells people what it does. */
public interface BuildLog {
    /** Tells what was done or found. */
    void info(String line);

    /** Tells what someone should look at although the build goes on. */
    void warn(String line);
}
