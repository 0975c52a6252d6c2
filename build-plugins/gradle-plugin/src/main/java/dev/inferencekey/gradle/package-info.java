/** Tasks for Gradle builds; begin with {@link dev.inferencekey.gradle.InferenceKeyPlugin}. */
@NullMarked
package dev.inferencekey.gradle;

import org.jspecify.annotations.NullMarked;
