/** Whether what was metered is what the model servers counted. */
@NullMarked
package dev.inferencekey.server.domain.metering;

import org.jspecify.annotations.NullMarked;
