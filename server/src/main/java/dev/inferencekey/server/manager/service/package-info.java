/** What the services of all nouns share: who asks, what is refused, what a change leaves behind. */
@NullMarked
package dev.inferencekey.server.manager.service;

import org.jspecify.annotations.NullMarked;
