/** Goals for Maven builds; begin with {@link dev.inferencekey.maven.AbstractWorkloadMojo}. */
@NullMarked
package dev.inferencekey.maven;

import org.jspecify.annotations.NullMarked;
