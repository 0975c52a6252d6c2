/** The control plane as the command line sees it: which server, which credential, one request at a time. */
@NullMarked
package dev.inferencekey.cli.api;

import org.jspecify.annotations.NullMarked;
