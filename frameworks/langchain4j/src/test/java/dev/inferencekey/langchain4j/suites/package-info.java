/**
 * LangChain4j's own tests of what its models must do, on real endpoints whose answers are scripted. Read {@code ScriptedModel} first: it is the
 * model that knows all the answers.
 */
@NullMarked
package dev.inferencekey.langchain4j.suites;

import org.jspecify.annotations.NullMarked;
