/** What the documentation promises: that it is complete, that its links lead somewhere, and that what it shows works. */
@NullMarked
package dev.inferencekey.cli.docs;

import org.jspecify.annotations.NullMarked;
