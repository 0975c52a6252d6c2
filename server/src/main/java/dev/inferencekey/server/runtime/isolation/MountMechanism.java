package dev.inferencekey.server.runtime.isolation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A file system and processes of its own (see {@code sandbox.sh}): as root with a user of its own, otherwise in a user namespace.
 *
 * @param kind {@code USER} or {@code NAMESPACE}
 */
record MountMechanism(EngineIsolation kind, Path unshare, Path setpriv) implements Mechanism {
    private static final String SANDBOX = Scripts.read("sandbox.sh");
    private static final String INIT = Scripts.read("init.sh");
    private static final String SHELL = "/bin/sh";

    @Override
    public boolean ownUser() {
        return kind == EngineIsolation.USER;
    }

    @Override
    public Path temporary(Path own) {
        return Sight.TEMPORARY;
    }

    @Override
    public List<String> wrap(
            List<String> command, List<Exposure> exposures, Path room, Path work, @Nullable Integer user) {
        List<String> full = new ArrayList<>();
        full.add(unshare.toString());
        if (kind == EngineIsolation.NAMESPACE) {
            full.addAll(List.of("--user", "--map-root-user"));
        }
        full.addAll(List.of("--mount", "--pid", "--ipc", "--fork", "--kill-child", "--"));
        full.addAll(List.of(SHELL, "-c", SANDBOX, "ik-sandbox", room.toString(), work.toString()));
        exposures.forEach(exposure -> full.addAll(exposure.words()));
        full.add("--");
        full.add(setpriv.toString());
        if (user != null) {
            full.addAll(List.of("--reuid=" + user, "--regid=" + user, groups(EngineUsers.deviceGroups())));
        }
        full.addAll(List.of("--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--no-new-privs", "--"));
        full.addAll(List.of(SHELL, "-c", INIT, "ik-init"));
        full.addAll(command);
        return full;
    }

    private static String groups(SortedSet<Integer> groups) {
        return groups.isEmpty()
                ? "--clear-groups"
                : "--groups=" + groups.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
