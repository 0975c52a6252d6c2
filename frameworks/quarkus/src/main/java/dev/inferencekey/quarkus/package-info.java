/**
 * InferenceKey in a Quarkus application: both clients, endpoints by name, health, metrics, and workloads that are ensured on start-up.
 * Settings begin with {@code inferencekey.}; {@link dev.inferencekey.quarkus.InferenceKeyConfig} has those that are read at run time.
 */
@NullMarked
package dev.inferencekey.quarkus;

import org.jspecify.annotations.NullMarked;
