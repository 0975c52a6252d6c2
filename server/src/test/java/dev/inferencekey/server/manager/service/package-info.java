/** Tests of the control plane's parts. */
@NullMarked
package dev.inferencekey.server.manager.service;

import org.jspecify.annotations.NullMarked;
