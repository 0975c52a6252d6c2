package dev.inferencekey.bench.contender;

import dev.inferencekey.bench.machine.Child;
import dev.inferencekey.bench.machine.ProcessTree;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A contender that serves. {@link #close} ends its process. */
public final class Running implements AutoCloseable {
    private final String name;
    private final Target target;
    private final @Nullable Child child;

    Running(String name, Target target, @Nullable Child child) {
        this.name = name;
        this.target = target;
        this.child = child;
    }

    public String name() {
        return name;
    }

    public Target target() {
        return target;
    }

    /** The process, empty if there is none between the load and the model server. */
    public Optional<ProcessTree> process() {
        return Optional.ofNullable(child).map(Child::tree);
    }

    /** @throws IllegalStateException if its process has ended */
    public void requireAlive() {
        if (child != null) {
            child.requireAlive();
        }
    }

    @Override
    public void close() {
        if (child != null) {
            child.close();
        }
    }
}
