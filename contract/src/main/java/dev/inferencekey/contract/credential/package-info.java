/** The two credentials as text: parse, print, redact. Nothing here decides what a credential may do. */
@NullMarked
package dev.inferencekey.contract.credential;

import org.jspecify.annotations.NullMarked;
