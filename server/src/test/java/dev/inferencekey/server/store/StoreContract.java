package dev.inferencekey.server.store;

import dev.inferencekey.server.ports.store.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link Store} must do. A store's test extends this and says how to open an empty one. */
public abstract class StoreContract
        implements TransactionContract,
                ProjectContract,
                UserContract,
                InvitationContract,
                WorkloadContract,
                ApiKeyContract,
                KeySearchContract,
                SdkTokenContract,
                SignOnContract,
                AttemptContract,
                SentFormContract,
                InstallationContract,
                PriceContract,
                BudgetContract,
                LimitSliceContract,
                RecordContract,
                NodeContract,
                HistoryContract,
                ReplicaContract,
                UsageReportContract,
                WebhookContract {
    @TempDir
    protected Path folder;

    private Store store;

    /** An empty store; {@code emptyFolder} may hold its files. */
    protected abstract Store open(Path emptyFolder);

    @BeforeEach
    final void openAndFill() {
        store = open(folder);
        StoreData.fill(store);
    }

    @AfterEach
    final void closeStore() {
        store.close();
    }

    @Override
    public final Store store() {
        return store;
    }
}
