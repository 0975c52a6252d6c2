/** The control plane's HTTP rules without an HTTP library: routes, the ordered checks, JSON in and out, errors. */
@NullMarked
package dev.inferencekey.server.manager.http;

import org.jspecify.annotations.NullMarked;
