package dev.inferencekey.testkit;

import dev.inferencekey.contract.workload.TaskType;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A workload for a test, made the first time a parameter of the class names it. An {@code Endpoint} is a workload of the simulator; a {@link
 * ScriptedWorkload} is one whose answers the test scripts, and what it was scripted with and called with so far is forgotten before each
 * test that takes it.
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface Workload {
    /** The slug. */
    String value();

    /** What it does. */
    TaskType taskType() default TaskType.TEXT2TEXT;
}
