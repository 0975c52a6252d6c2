/**
 * For tests of programs that use InferenceKey: a real platform inside the test's JVM. Begin with {@link
 * dev.inferencekey.testkit.InferenceKeyPlatform}.
 */
@NullMarked
package dev.inferencekey.testkit;

import org.jspecify.annotations.NullMarked;
