/** What Quarkus runs of this extension when an application starts. No API. */
@NullMarked
package dev.inferencekey.quarkus.internal;

import org.jspecify.annotations.NullMarked;
