/** Pure decisions of the platform, by noun. Here: what the nouns share for reading plain JSON from outside. */
@NullMarked
package dev.inferencekey.server.domain;

import org.jspecify.annotations.NullMarked;
