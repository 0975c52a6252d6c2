/** What the Quarkus extension does while an application is built, and its dev service. No API. */
@NullMarked
package dev.inferencekey.quarkus.deployment;

import org.jspecify.annotations.NullMarked;
