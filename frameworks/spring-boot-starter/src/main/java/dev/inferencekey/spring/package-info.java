/**
 * InferenceKey in a Spring Boot application: both clients, endpoints by name, health, and workloads that are ensured on start-up.
 * Settings begin with {@code inferencekey.}; {@link dev.inferencekey.spring.InferenceKeyProperties} has them all.
 */
@NullMarked
package dev.inferencekey.spring;

import org.jspecify.annotations.NullMarked;
