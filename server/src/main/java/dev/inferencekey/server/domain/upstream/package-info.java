/** Model servers that run elsewhere: where they are, which of them may be called, and which secrets they may be sent. */
@NullMarked
package dev.inferencekey.server.domain.upstream;

import org.jspecify.annotations.NullMarked;
