/** Tests of the policy rules. */
@NullMarked
package dev.inferencekey.server.domain.policy;

import org.jspecify.annotations.NullMarked;
