/** Tests of keys, passwords and ids. */
@NullMarked
package dev.inferencekey.server.vault;

import org.jspecify.annotations.NullMarked;
