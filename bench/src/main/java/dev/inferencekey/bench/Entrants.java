package dev.inferencekey.bench;

import dev.inferencekey.bench.contender.Contender;
import dev.inferencekey.bench.contender.Direct;
import dev.inferencekey.bench.contender.Folders;
import dev.inferencekey.bench.contender.Haproxy;
import dev.inferencekey.bench.contender.Nginx;
import dev.inferencekey.bench.contender.NginxLua;
import dev.inferencekey.bench.contender.Portkey;
import dev.inferencekey.bench.contender.Us;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Who takes part, and why somebody does not.
 *
 * @param present in the order in which they start
 * @param leftOut one sentence each
 */
record Entrants(List<Contender> present, List<String> leftOut) {
    private static final String IO_URING = "us-iouring";
    private static final String BEFORE = "us-before";
    private static final String TRANSPORT = "--transport";

    Entrants {
        present = List.copyOf(present);
        leftOut = List.copyOf(leftOut);
    }

    /**
     * @param data the provisioned data folder; each form of our own server gets a copy
     * @param portkey where npm put Portkey's gateway
     */
    static Entrants choose(Options options, Path repository, Path data, Path portkey) {
        List<Contender> present = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        for (Contender contender : List.of(
                new Direct(), new Nginx(), new NginxLua(), new Haproxy(), new Portkey(portkey), us(repository, data))) {
            add(contender, options, present, leftOut);
        }
        if (options.includes(IO_URING)) {
            ioUring(repository, data, present, leftOut);
        }
        Path before = options.before();
        if (before != null) {
            present.add(new Us(before, BEFORE, "ik server of another checkout", copy(data, BEFORE), List.of(), ""));
        }
        options.also()
                .forEach((name, javaOptions) -> present.add(new Us(
                        repository, name, "the same with " + javaOptions, copy(data, name), List.of(), javaOptions)));
        return new Entrants(present, leftOut);
    }

    private static Path copy(Path data, String name) {
        Path copy = data.resolveSibling("data-" + name);
        Folders.copy(data, copy);
        return copy;
    }

    private static void add(Contender contender, Options options, List<Contender> present, List<String> leftOut) {
        if (!options.includes(contender.name())) {
            return;
        }
        contender
                .missing()
                .ifPresentOrElse(reason -> leftOut.add(contender.name() + ": " + reason), () -> present.add(contender));
    }

    static Us us(Path repository, Path data) {
        return new Us(repository, Us.NAME, "ik server with everything on, as ./ik starts it", data, List.of(), "");
    }

    private static void ioUring(Path repository, Path data, List<Contender> present, List<String> leftOut) {
        if (!Us.knows(repository, TRANSPORT)) {
            leftOut.add(IO_URING + ": this server has no " + TRANSPORT + " io_uring");
            return;
        }
        List<String> options = List.of(TRANSPORT, "io_uring");
        present.add(new Us(
                repository, IO_URING, "the same with " + TRANSPORT + " io_uring", copy(data, IO_URING), options, ""));
    }
}
