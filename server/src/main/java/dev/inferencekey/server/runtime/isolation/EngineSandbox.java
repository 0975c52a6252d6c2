package dev.inferencekey.server.runtime.isolation;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs model servers where they see nothing of the platform's data and reach none of its processes (decision 24). Thread-safe.
 *
 * <p>Which way works is tried out when it is first needed, with a program that tries to read what it must not, and remembered.
 */
public final class EngineSandbox {
    private static final Logger LOG = LoggerFactory.getLogger(EngineSandbox.class);
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final Pattern FOLDER_NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,99}");

    /** Of the environment: files and folders, several with colons between them, that engines are told of and so must see. */
    private static final List<String> PATH_VARIABLES =
            List.of("LD_LIBRARY_PATH", "JAVA_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR");

    private final EngineIsolation choice;
    private final Path engineFolder;
    private final Map<String, String> environment;
    private final Sight sight;
    private @Nullable Mechanism chosen;

    /**
     * Starts nothing.
     *
     * @param dataFolder what model servers never see
     * @param engineFolder where replicas have their folders; exists
     * @param environment of the platform
     */
    public EngineSandbox(EngineIsolation choice, Path dataFolder, Path engineFolder, Map<String, String> environment) {
        this.choice = choice;
        this.engineFolder = engineFolder;
        this.environment = Map.copyOf(environment);
        Path home = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", "/")));
        this.sight = new Sight(dataFolder, home.toAbsolutePath().normalize());
    }

    /**
     * Makes a model server's folders, and says how to run it.
     *
     * @param project whose engines share a home and, where they have users of their own, one of these
     * @param folder of the replica; exists, and stays the platform's
     * @param command an absolute path and its arguments
     * @param readable what it must see besides the system and its program
     * @param writable what it may change besides its own folders; exists
     * @throws IsolationUnavailableException if nothing that may be used works here
     */
    public EnginePlace prepare(
            String project, Path folder, List<String> command, Collection<Path> readable, Collection<Path> writable)
            throws IOException, IsolationUnavailableException {
        return prepare(mechanism(), project, folder, command, readable, writable);
    }

    EnginePlace prepare(
            Mechanism mechanism,
            String project,
            Path folder,
            List<String> command,
            Collection<Path> readable,
            Collection<Path> writable)
            throws IOException {
        Path home = home(project);
        Path work = ownFolder(folder.resolve("work"));
        Path temporary = ownFolder(folder.resolve("tmp"));
        Path room = ownFolder(folder.resolve("room"));
        Integer user = user(mechanism, home);
        if (user != null) {
            EngineUsers.give(work, user);
            EngineUsers.give(temporary, user);
        }
        if (mechanism.kind() == EngineIsolation.NONE) {
            return new EnginePlace(command, work, home, temporary);
        }
        Set<Path> seen = new LinkedHashSet<>(ProgramFiles.of(Path.of(command.getFirst())));
        seen.addAll(readable);
        seen.addAll(namedByEnvironment());
        List<Path> owned = new ArrayList<>(List.of(work, home));
        owned.addAll(writable);
        List<Exposure> exposures = sight.expose(temporary, seen, owned);
        return new EnginePlace(
                mechanism.wrap(command, exposures, room, work, user), work, home, mechanism.temporary(temporary));
    }

    /** Where a project's engines keep what lasts: caches of models, libraries. */
    public Path home(String project) throws IOException {
        Path homes = ownFolder(engineFolder.resolve("homes"));
        String name =
                FOLDER_NAME.matcher(project).matches() ? project : "project-" + Integer.toHexString(project.hashCode());
        return homes.resolve(name);
    }

    /** What was tried, in order, until something worked. */
    public List<IsolationAttempt> examine() {
        List<IsolationAttempt> attempts = new ArrayList<>();
        search(attempts);
        return attempts;
    }

    private @Nullable Mechanism search(List<IsolationAttempt> attempts) {
        boolean root = isRoot();
        IsolationProbe probe = new IsolationProbe(sight.dataFolder(), engineFolder, environment);
        for (EngineIsolation candidate : choice.candidates(root)) {
            try {
                Mechanism found = probe.tryOut(candidate, root);
                attempts.add(new IsolationAttempt(candidate, null));
                return found;
            } catch (IsolationUnavailableException e) {
                attempts.add(new IsolationAttempt(candidate, e.getMessage()));
            }
        }
        return null;
    }

    private synchronized Mechanism mechanism() throws IsolationUnavailableException {
        if (chosen != null) {
            return chosen;
        }
        List<IsolationAttempt> attempts = new ArrayList<>();
        Mechanism found = search(attempts);
        if (found == null) {
            throw new IsolationUnavailableException("model servers can't be isolated from the platform's data here ("
                    + attempts.stream().map(IsolationAttempt::toString).collect(Collectors.joining("; "))
                    + "), so none is started; `--engine-isolation none` of `ik server` runs them without");
        }
        LOG.atInfo().addKeyValue("isolation", found.kind().text()).log("model servers are isolated");
        chosen = found;
        return found;
    }

    /** Guarded, since two new projects must not get one user. */
    private synchronized @Nullable Integer user(Mechanism mechanism, Path home) throws IOException {
        if (mechanism.ownUser()) {
            int user = EngineUsers.of(home);
            ownFolder(home);
            if (EngineUsers.owner(home) != user) {
                EngineUsers.give(home, user);
            }
            return user;
        }
        ownFolder(home);
        if (isRoot() && EngineUsers.isOne(EngineUsers.owner(home))) {
            // From a time when users of their own were possible here.
            EngineUsers.give(home, 0);
        }
        return null;
    }

    private Set<Path> namedByEnvironment() {
        return ProgramFiles.named(PATH_VARIABLES.stream()
                .map(name -> environment.getOrDefault(name, ""))
                .toList());
    }

    private static Path ownFolder(Path folder) throws IOException {
        try {
            Files.createDirectory(folder, PRIVATE);
        } catch (FileAlreadyExistsException e) {
            // From before, or just made for another replica that starts now.
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                throw e;
            }
        }
        return folder;
    }

    private static boolean isRoot() {
        try {
            return EngineUsers.own() == 0;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
