/** Tests of the pages. */
@NullMarked
package dev.inferencekey.server.dashboard;

import org.jspecify.annotations.NullMarked;
