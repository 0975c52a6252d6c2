package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.ACME;
import static dev.inferencekey.server.store.StoreData.GLOBEX;
import static dev.inferencekey.server.store.StoreData.NOW;
import static dev.inferencekey.server.store.StoreData.TENANT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.signon.SignOnSettings;
import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.ports.store.InstallationStore.Sealed;
import dev.inferencekey.server.ports.store.SignOnStore;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an installation keeps to know itself again. */
interface InstallationContract {
    Store store();

    @Test
    default void keepsTheLatestCheckOfTheMasterKey() {
        assertThat(store().<Optional<byte[]>>read(s -> s.installation().masterKeyCheck()))
                .isEmpty();

        for (byte check : new byte[] {1, 2}) {
            store().<Boolean>write(s -> {
                s.installation().setMasterKeyCheck(new byte[] {check});
                return true;
            });
            assertThat(store().<Optional<byte[]>>read(s -> s.installation().masterKeyCheck()))
                    .hasValueSatisfying(kept -> assertThat(kept).containsExactly(check));
        }
    }

    @Test
    default void namesEverythingThatIsSealedWithTheMasterKey() {
        store().<Boolean>write(s -> {
            s.upstreamSecrets().put(GLOBEX.id(), "a", SecretBinding.NOTHING, new byte[] {1}, NOW);
            s.upstreamSecrets().put(ACME.id(), "b", SecretBinding.NOTHING, new byte[] {2}, NOW);
            s.signOn()
                    .put(
                            TENANT.id(),
                            new SignOnSettings("https://id.acme.test", "one", List.of(), false, "Acme", NOW),
                            new byte[] {3});
            return true;
        });

        List<Sealed> sealed = store().read(s -> s.installation().sealedSecrets());

        assertThat(sealed)
                .extracting(Sealed::name)
                .containsExactly(ACME.slug() + "/b", GLOBEX.slug() + "/a", SignOnStore.SECRET_NAME);
        assertThat(sealed)
                .extracting(Sealed::context)
                .containsExactly(
                        UpstreamSecretStore.sealContext(ACME.id(), "b"),
                        UpstreamSecretStore.sealContext(GLOBEX.id(), "a"),
                        SignOnStore.sealContext(TENANT.id()));
        assertThat(sealed).extracting(one -> one.bytes()[0]).containsExactly((byte) 2, (byte) 1, (byte) 3);
    }
}
