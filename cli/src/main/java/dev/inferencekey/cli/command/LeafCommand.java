package dev.inferencekey.cli.command;

import java.util.concurrent.Callable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A command that does something, as opposed to one that groups others. */
public abstract class LeafCommand implements Callable<Integer> {
    private static final JsonMapper JSON = JsonMapper.shared();

    protected final CommandContext context;

    protected LeafCommand(CommandContext context) {
        this.context = context;
    }

    /** Does it. What goes wrong is thrown. */
    protected abstract void run() throws Exception;

    @Override
    public Integer call() throws Exception {
        run();
        return ExitCode.OK;
    }

    protected static ObjectNode object() {
        return JSON.createObjectNode();
    }
}
