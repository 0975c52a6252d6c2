/** What tokens cost: prices that hold for a time, and what requests come to at them. */
@NullMarked
package dev.inferencekey.server.domain.price;

import org.jspecify.annotations.NullMarked;
