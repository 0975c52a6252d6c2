/** What a workload is on the wire: slugs, fields, JSON equality and drift. */
@NullMarked
package dev.inferencekey.contract.workload;

import org.jspecify.annotations.NullMarked;
