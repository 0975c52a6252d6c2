/** The whole product over sockets: as its users, and as those who attack it, meet it. */
@NullMarked
package dev.inferencekey.e2e;

import org.jspecify.annotations.NullMarked;
