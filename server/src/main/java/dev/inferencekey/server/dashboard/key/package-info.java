/** The API Keys screen: credentials of the data plane. */
@NullMarked
package dev.inferencekey.server.dashboard.key;

import org.jspecify.annotations.NullMarked;
