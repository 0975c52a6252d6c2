/** What builds do with declared workloads, for plugins of build tools; begin with {@link dev.inferencekey.declaration.build.WorkloadBuild}. */
@NullMarked
package dev.inferencekey.declaration.build;

import org.jspecify.annotations.NullMarked;
