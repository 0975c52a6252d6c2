/** Declarations of workloads in files; begin with {@link dev.inferencekey.declaration.WorkloadFile}. */
@NullMarked
package dev.inferencekey.declaration;

import org.jspecify.annotations.NullMarked;
