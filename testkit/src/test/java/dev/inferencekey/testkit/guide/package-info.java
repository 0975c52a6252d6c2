/** What docs/guides/testing.md shows, run. */
@NullMarked
package dev.inferencekey.testkit.guide;

import org.jspecify.annotations.NullMarked;
