/** Tests of the gateway, with their fake model server and raw-socket client. */
@NullMarked
package dev.inferencekey.server.gateway;

import org.jspecify.annotations.NullMarked;
