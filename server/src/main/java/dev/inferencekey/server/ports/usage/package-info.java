/** Where usage waits on its way from the data plane to the store. */
@NullMarked
package dev.inferencekey.server.ports.usage;

import org.jspecify.annotations.NullMarked;
