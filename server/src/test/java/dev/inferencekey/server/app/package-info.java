/** Tests of configuration, the data folder and logging. */
@NullMarked
package dev.inferencekey.server.app;

import org.jspecify.annotations.NullMarked;
