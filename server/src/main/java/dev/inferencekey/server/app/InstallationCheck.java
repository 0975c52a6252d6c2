package dev.inferencekey.server.app;

import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.store.InstallationStore;
import dev.inferencekey.server.ports.store.InstallationStore.Sealed;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.vault.AesGcmSecretCipher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a data folder still holds the installation that it held: a start that went on without its database or its master key would look
 * like a first start, and every later one would bury deeper what was lost. Stateless and thread-safe.
 *
 * <p>Notes. The database is made before the master key, so a master key without a database tells of one that is gone. A text that is sealed
 * with the key lies in the database ({@code master_key_check}); a key that doesn't open it is another installation's.
 */
final class InstallationCheck {
    private static final Logger LOG = LoggerFactory.getLogger(InstallationCheck.class);
    private static final String CHECK = "inferencekey";
    private static final int MAX_NAMED = 5;

    private InstallationCheck() {}

    /**
     * Refuses a folder that has lost its database. To be asked before anything in the folder is made.
     *
     * @throws StartupException if there is no database, or an empty one, beside what only a running installation leaves
     */
    static void refuseLostDatabase(DataFolder folder, boolean acceptsEmpty) {
        Path database = folder.database();
        try {
            boolean missing = Files.notExists(database);
            if (acceptsEmpty || (!missing && Files.size(database) > 0)) {
                return;
            }
            String sign = sign(folder, missing);
            if (sign != null) {
                throw new StartupException(
                        "the database " + database + (missing ? " is missing" : " is empty") + ", but " + sign
                                + " shows that this data folder held an installation: put a backup of the database back,"
                                + " or start once with --accept-empty-database to start over");
            }
        } catch (IOException e) {
            throw new StartupException("the data folder of " + database + " can't be read", e);
        }
    }

    private static @Nullable String sign(DataFolder folder, boolean missing) throws IOException {
        Path log = folder.database().resolveSibling(folder.database().getFileName() + "-wal");
        if (Files.exists(folder.masterKey())) {
            return folder.masterKey().getFileName().toString();
        }
        if (missing && Files.exists(log)) {
            return log.getFileName().toString();
        }
        if (Files.isDirectory(folder.journal())) {
            try (var files = Files.list(folder.journal())) {
                return files.findAny().isPresent() ? "the journal" : null;
            }
        }
        return null;
    }

    /**
     * Opens the master key that the installation's secrets are sealed with, and makes one if nothing is sealed yet. Where nodes share a store, the
     * first of them says which key it is, and all others must have the same.
     *
     * @param acceptsNew whether another key than that is taken, with which what is sealed can't be opened
     * @throws StartupException if the key is missing or another one, and secrets would be lost or nodes not understand each other
     */
    static SecretCipher openMasterKey(
            MasterKeySource source, Path dataFolder, Store store, SecureRandom random, boolean acceptsNew) {
        byte[] check = store.<Optional<byte[]>>read(
                        session -> session.installation().masterKeyCheck())
                .orElse(null);
        boolean missing = MasterKeys.isMissing(source, dataFolder);
        if (!missing && check != null) {
            SecretCipher cipher = new AesGcmSecretCipher(MasterKeys.read(source, dataFolder), random);
            if (opens(cipher, check, InstallationStore.CHECK_CONTEXT)) {
                return cipher; // A node that only serves calls need not be able to read what is sealed.
            }
        }
        List<Sealed> secrets = store.read(session -> session.installation().sealedSecrets());
        boolean othersHaveOne = check != null && store.sharedByNodes();
        String name = MasterKeys.name(source, dataFolder);
        if (missing && !acceptsNew && (!secrets.isEmpty() || othersHaveOne)) {
            throw othersHaveOne ? ofOthers(name, "is missing") : lost(name, "is missing", secrets);
        }
        SecretCipher cipher = new AesGcmSecretCipher(MasterKeys.open(source, dataFolder, random), random);
        boolean fits = secrets.isEmpty()
                || (check == null && secrets.stream().anyMatch(one -> opens(cipher, one.bytes(), one.context())));
        if (!acceptsNew && (!fits || othersHaveOne)) {
            throw othersHaveOne
                    ? ofOthers(name, "is another one")
                    : lost(name, "is not the key of this installation", secrets);
        }
        if (check != null || !fits) {
            LOG.atWarn()
                    .addKeyValue("sealed", secrets.size())
                    .log("another master key is used from now on; secrets that it doesn't open must be stored again");
        }
        byte[] own = cipher.seal(CHECK, InstallationStore.CHECK_CONTEXT);
        boolean first = store.write(session -> {
            boolean unchanged =
                    Arrays.equals(session.installation().masterKeyCheck().orElse(null), check);
            if (unchanged) {
                session.installation().setMasterKeyCheck(own);
            }
            return unchanged;
        });
        // Of nodes that start together for the first time, one is first, and the others look whether theirs is the
        // same.
        return first ? cipher : openMasterKey(source, dataFolder, store, random, acceptsNew);
    }

    /**
     * Refuses a database in which no installation has begun yet, to a node that can't begin one.
     *
     * @param storeName where it is, for people
     */
    static void requireBegun(Store store, String storeName) {
        if (store.<Optional<byte[]>>read(session -> session.installation().masterKeyCheck())
                .isEmpty()) {
            throw new StartupException(
                    "no server with the role all or manager has ever run on " + storeName + "; start one first");
        }
    }

    /** The sealed secrets that the key does not open. */
    static List<String> unreadable(SecretCipher cipher, List<Sealed> sealed) {
        return sealed.stream()
                .filter(one -> !opens(cipher, one.bytes(), one.context()))
                .map(Sealed::name)
                .toList();
    }

    /** The first few of these names. */
    static String listed(List<String> names) {
        String first = String.join(", ", names.subList(0, Math.min(MAX_NAMED, names.size())));
        return names.size() > MAX_NAMED ? first + " and " + (names.size() - MAX_NAMED) + " more" : first;
    }

    static boolean opens(SecretCipher cipher, byte[] sealed, String context) {
        try {
            cipher.open(sealed, context);
            return true;
        } catch (IllegalStateException e) {
            return false; // Which is the question.
        }
    }

    private static StartupException ofOthers(String key, String how) {
        return new StartupException("the master key " + key + " " + how
                + ", and the nodes of the installation in this database share one: give this node the same with --master-key,"
                + " or name another database with --store if it is to be an installation of its own");
    }

    private static StartupException lost(String key, String how, List<Sealed> sealed) {
        List<String> names = sealed.stream().map(Sealed::name).toList();
        return new StartupException("the master key " + key + " " + how + ", and " + names.size()
                + (names.size() == 1 ? " secret is" : " secrets are") + " sealed with it (" + listed(names)
                + "): put it back from a backup, or start once with --accept-new-master-key and store "
                + (names.size() == 1 ? "the secret" : "these secrets") + " again");
    }
}
