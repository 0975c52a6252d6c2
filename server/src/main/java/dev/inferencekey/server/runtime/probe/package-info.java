/** What all runtimes need to ask a model server how it is. */
@NullMarked
package dev.inferencekey.server.runtime.probe;

import org.jspecify.annotations.NullMarked;
