package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.ACME;
import static dev.inferencekey.server.store.StoreData.GLOBEX;
import static dev.inferencekey.server.store.StoreData.NOW;
import static dev.inferencekey.server.store.StoreData.apiKey;
import static dev.inferencekey.server.store.StoreData.sdkToken;
import static dev.inferencekey.server.store.StoreData.secret;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.IssuedSdkToken;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.credential.SecretUse;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** SDK tokens. */
interface SdkTokenContract {
    Store store();

    @Test
    default void keepsATokenWithItsScopes() {
        for (Set<Scope> scopes : Set.of(Scope.DEFAULT, Set.of(Scope.WORKLOAD_READ), EnumSet.allOf(Scope.class))) {
            String name = "tok_" + scopes.size();
            IssuedSdkToken token = sdkToken(name, ACME, scopes, secret("0000000" + scopes.size(), 1));
            insertToken(token);

            assertThat(store().<Optional<IssuedSdkToken>>read(s -> s.sdkTokens().find(name)))
                    .contains(token);
        }
    }

    @Test
    default void sharesNoPublicIdsWithDataKeys() {
        store().<Boolean>write(s ->
                s.apiKeys().insert(apiKey("key_1", ACME, Grants.ofEntireProject(), secret("00000001", 1))));

        assertThat(insertToken(sdkToken("tok_1", ACME, Scope.DEFAULT, secret("00000001", 2))))
                .isTrue();
        assertThat(insertToken(sdkToken("tok_2", ACME, Scope.DEFAULT, secret("00000001", 3))))
                .isFalse();
        assertThat(store().<IssuedSdkToken>read(
                                s -> s.sdkTokens().findByPublicId("00000001").orElseThrow())
                        .id())
                .isEqualTo("tok_1");
    }

    @Test
    default void listsTheTokensOfAProjectNewestFirst() {
        for (int i = 1; i <= 4; i++) {
            insertToken(sdkToken("tok_" + i, i == 2 ? GLOBEX : ACME, Scope.DEFAULT, secret("0000000" + i, i)));
        }

        Page<IssuedSdkToken> first = store().read(s -> s.sdkTokens().list(ACME.id(), new PageRequest(2, null)));
        Page<IssuedSdkToken> second =
                store().read(s -> s.sdkTokens().list(ACME.id(), new PageRequest(2, first.next())));

        assertThat(first.items()).extracting(IssuedSdkToken::id).containsExactly("tok_4", "tok_3");
        assertThat(second.items()).extracting(IssuedSdkToken::id).containsExactly("tok_1");
    }

    @Test
    default void rotatesDisablesAndNotesUses() {
        insertToken(sdkToken("tok_1", ACME, Scope.DEFAULT, secret("00000001", 1)));
        store().write(s -> {
            s.sdkTokens().rotate("tok_1", secret("00000002", 2), NOW.plusSeconds(60));
            s.sdkTokens().recordUses(List.of(new SecretUse("00000001", NOW.plusSeconds(5), "198.51.100.9")));
            return s.sdkTokens().setState("tok_1", CredentialState.DISABLED);
        });

        IssuedSdkToken token = store().read(s -> s.sdkTokens().find("tok_1").orElseThrow());
        assertThat(token.state()).isEqualTo(CredentialState.DISABLED);
        assertThat(token.secrets()).extracting(CredentialSecret::publicId).containsExactly("00000002", "00000001");
        assertThat(token.secrets()).extracting(CredentialSecret::lastUsedAt).containsExactly(null, NOW.plusSeconds(5));
    }

    private boolean insertToken(IssuedSdkToken token) {
        return store().<Boolean>write(s -> s.sdkTokens().insert(token));
    }
}
