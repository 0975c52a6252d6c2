/** The error codes of both planes. */
@NullMarked
package dev.inferencekey.contract.error;

import org.jspecify.annotations.NullMarked;
