/** Secrets, passwords and ids: everything that lives from a key or from chance. */
@NullMarked
package dev.inferencekey.server.vault;

import org.jspecify.annotations.NullMarked;
