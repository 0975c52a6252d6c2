package dev.inferencekey.server.app;

import dev.inferencekey.server.background.usage.JournalImport;
import dev.inferencekey.server.journal.JournalConfig;
import dev.inferencekey.server.journal.MappedUsageJournal;
import dev.inferencekey.server.ports.store.InstallationStore;
import dev.inferencekey.server.ports.store.InstallationStore.Sealed;
import dev.inferencekey.server.ports.store.NewerDataException;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.store.postgres.GatewayRights;
import dev.inferencekey.server.store.postgres.PostgresAddress;
import dev.inferencekey.server.store.postgres.PostgresStore;
import dev.inferencekey.server.store.sqlite.SqliteStore;
import dev.inferencekey.server.store.transfer.StoreFinding;
import dev.inferencekey.server.store.transfer.StorePlace;
import dev.inferencekey.server.store.transfer.StoreTransfer;
import dev.inferencekey.server.store.transfer.StoreTransfer.Copied;
import dev.inferencekey.server.store.transfer.TransferException;
import dev.inferencekey.server.vault.AesGcmSecretCipher;
import dev.inferencekey.server.vault.MasterKeyException;
import dev.inferencekey.server.vault.TimeOrderedIds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * What operators do with a whole store, apart from running a server on it. Everything that goes wrong is a {@link TransferException} with a
 * sentence for people. Thread-safe.
 */
public final class StoreKeeping {
    private final Path dataFolder;
    private final StorePlace place;

    private StoreKeeping(Path dataFolder, StorePlace place) {
        this.dataFolder = dataFolder;
        this.place = place;
    }

    /** @param address the database, empty for the file in the data folder */
    public static StoreKeeping of(Path dataFolder, Optional<PostgresAddress> address) {
        return new StoreKeeping(
                dataFolder,
                address.<StorePlace>map(StorePlace.Shared::new)
                        .orElseGet(() -> new StorePlace.File(DataFolder.databaseIn(dataFolder))));
    }

    /** Which version the tables had and have, 0 for none. */
    public record Migration(int from, int to) {}

    /** Brings the tables up to date. */
    public Migration migrate() {
        return alone(true, () -> {
            int from = StoreTransfer.version(place);
            open().close();
            return new Migration(from, StoreTransfer.version(place));
        });
    }

    /** Writes a backup of the store, which may be in use, into a new file. */
    public List<Copied> backUp(Path file) {
        requireThere();
        return translated(() -> StoreTransfer.backUp(place, file));
    }

    /** Puts a backup in the place of the store, on which no server runs. */
    public List<Copied> restore(Path backup, boolean replace) {
        return alone(false, () -> StoreTransfer.restore(backup, place, replace));
    }

    /** Moves the store, on which no server runs, to an empty database. */
    public List<Copied> moveTo(PostgresAddress target) {
        return alone(true, () -> StoreTransfer.move(place, new StorePlace.Shared(target)));
    }

    /**
     * Brings the usage that a node which does not come back left in its data folder to the store. A database may be in use, a file not.
     *
     * @return how many records there were; those that the store had already count, too; and how many of them were too old to be taken
     */
    public JournalImport.Imported importJournal(Path lostDataFolder) {
        if (!Files.isDirectory(DataFolder.journalIn(lostDataFolder))) {
            throw new TransferException(
                    "there is no journal in " + lostDataFolder + "; name the data folder that the node had");
        }
        return alone(true, () -> {
            try (DataFolder lost = DataFolder.open(lostDataFolder);
                    Store store = open();
                    MappedUsageJournal journal = MappedUsageJournal.open(JournalConfig.defaults(lost.journal()))) {
                InstantSource clock = InstantSource.system();
                return JournalImport.run(journal, store, new TimeOrderedIds(clock, new SecureRandom()), clock);
            }
        });
    }

    private Store open() {
        return switch (place) {
            case StorePlace.File file -> SqliteStore.open(file.path());
            case StorePlace.Shared shared -> PostgresStore.open(shared.address());
        };
    }

    /** Looks whether the store is whole and its secrets can be opened; it may be in use. */
    public List<StoreFinding> check(MasterKeySource masterKey) {
        requireThere();
        return translated(() -> {
            List<StoreFinding> findings = new ArrayList<>(StoreTransfer.check(place));
            if (findings.getFirst().ok()) {
                findings.add(secrets(masterKey));
            }
            return findings;
        });
    }

    /**
     * The statements that {@link #grantGateway} executes.
     *
     * @throws IllegalArgumentException if that is no name of a role, with a sentence that says so
     */
    public static List<String> gatewayRights(String role) {
        return GatewayRights.statements(role);
    }

    /** Lets a database user do what nodes with the role gateway need, and nothing else. */
    public void grantGateway(String role) {
        if (!(place instanceof StorePlace.Shared shared)) {
            throw new TransferException("a store in a file has no users; name the PostgreSQL database with --store");
        }
        translated(() -> {
            GatewayRights.grant(shared.address(), role);
            return true;
        });
    }

    private StoreFinding secrets(MasterKeySource source) {
        StoreTransfer.SealedSecrets sealed = StoreTransfer.sealedSecrets(place);
        List<Sealed> secrets = sealed.secrets();
        SecretKey key;
        try {
            key = MasterKeys.read(source, dataFolder);
        } catch (MasterKeyException e) {
            return new StoreFinding(
                    "secrets",
                    secrets.isEmpty() && sealed.check().isEmpty(),
                    e.getMessage() + (secrets.isEmpty() ? "" : "; " + secrets.size() + " secrets are sealed"));
        }
        AesGcmSecretCipher cipher = new AesGcmSecretCipher(key, new SecureRandom());
        boolean same = sealed.check()
                .map(check -> InstallationCheck.opens(cipher, check, InstallationStore.CHECK_CONTEXT))
                .orElse(true);
        List<String> lost = InstallationCheck.unreadable(cipher, secrets);
        return new StoreFinding(
                "secrets",
                same && lost.isEmpty(),
                !same
                        ? "the master key is not this installation's; put the right one back"
                        : lost.isEmpty()
                                ? "the master key opens all " + secrets.size()
                                : "the master key does not open " + InstallationCheck.listed(lost)
                                        + "; store them again");
    }

    private void requireThere() {
        if (place instanceof StorePlace.File file && Files.notExists(file.path())) {
            throw new TransferException("there is no store in " + dataFolder
                    + "; name the server's data folder with --data, or its database with --store");
        }
    }

    /** Does it while no server runs on the file, if it is one. */
    private <T> T alone(boolean thereAlready, Supplier<T> work) {
        if (thereAlready) {
            requireThere();
        }
        return translated(() -> {
            DataFolder folder = place instanceof StorePlace.File ? DataFolder.open(dataFolder) : null;
            try {
                return work.get();
            } finally {
                close(folder);
            }
        });
    }

    private static void close(@Nullable DataFolder folder) {
        if (folder != null) {
            folder.close();
        }
    }

    private static <T> T translated(Supplier<T> work) {
        try {
            return work.get();
        } catch (StartupException | NewerDataException | StoreUnavailableException e) {
            throw new TransferException(String.valueOf(e.getMessage()), e);
        }
    }
}
