@NullMarked
package dev.inferencekey.server.domain.metering;

import org.jspecify.annotations.NullMarked;
