package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.ANN;
import static dev.inferencekey.server.store.StoreData.BOB;
import static dev.inferencekey.server.store.StoreData.NOW;
import static dev.inferencekey.server.store.StoreData.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.project.User;
import dev.inferencekey.server.domain.signon.SignOnSettings;
import dev.inferencekey.server.ports.store.Store;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The provider that people sign in through, and who they are there. */
interface SignOnContract {
    String ISSUER = "https://id.acme.test";

    Store store();

    @Test
    default void keepsTheSettingsOfSingleSignOnAndTheirSealedSecret() {
        SignOnSettings first = new SignOnSettings(ISSUER, "one", List.of("acme.test", "acme.org"), true, "Acme", NOW);
        SignOnSettings second = new SignOnSettings(ISSUER + "/2", "two", List.of(), false, "Other", NOW.plusSeconds(1));
        assertThat(settings()).isEmpty();

        put(first, new byte[] {1, 2});
        assertThat(settings()).contains(first);
        assertThat(store().<Optional<byte[]>>read(s -> s.signOn().sealedSecret(TENANT.id())))
                .hasValueSatisfying(secret -> assertThat(secret).containsExactly(1, 2));

        put(second, new byte[] {3});
        assertThat(settings()).contains(second);
        assertThat(store().<Optional<byte[]>>read(s -> s.signOn().sealedSecret(TENANT.id())))
                .hasValueSatisfying(secret -> assertThat(secret).containsExactly(3));
    }

    @Test
    default void forgetsTheSettingsOfSingleSignOnAndNotWhoPeopleAre() {
        put(new SignOnSettings(ISSUER, "one", List.of(), false, "Acme", NOW), new byte[] {1});
        link("sub-1", ANN);

        assertThat(store().<Boolean>write(s -> s.signOn().delete(TENANT.id()))).isTrue();
        assertThat(store().<Boolean>write(s -> s.signOn().delete(TENANT.id()))).isFalse();

        assertThat(settings()).isEmpty();
        assertThat(store().<Optional<byte[]>>read(s -> s.signOn().sealedSecret(TENANT.id())))
                .isEmpty();
        assertThat(store().<Optional<String>>read(s -> s.signOn().userOf(ISSUER, "sub-1")))
                .contains(ANN.id());
    }

    @Test
    default void aPersonIsOneSubjectAtAnIssuerAndASubjectIsOnePerson() {
        assertThat(link("sub-1", ANN)).isTrue();
        assertThat(link("sub-1", BOB)).isFalse();
        assertThat(link("sub-2", ANN)).isFalse();
        assertThat(link("SUB-1", BOB)).isTrue();
        assertThat(store().<Boolean>write(s -> s.signOn().link(ISSUER + "/2", "sub-1", BOB.id(), NOW)))
                .isTrue();

        assertThat(store().<Optional<String>>read(s -> s.signOn().userOf(ISSUER, "sub-1")))
                .contains(ANN.id());
        assertThat(store().<Optional<String>>read(s -> s.signOn().userOf(ISSUER + "/2", "sub-1")))
                .contains(BOB.id());
        assertThat(store().<Optional<String>>read(s -> s.signOn().userOf(ISSUER, "sub-2")))
                .isEmpty();
    }

    @Test
    default void linksNobodyWhoIsNotThere() {
        assertThatThrownBy(() -> store().write(s -> s.signOn().link(ISSUER, "sub-1", "usr_none", NOW)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void aPersonMayHaveNoPassword() {
        User withoutPassword = new User("usr_0009", TENANT.id(), "nopw@acme.test", null, false, NOW);
        store().write(s -> s.users().insert(withoutPassword));

        assertThat(store().<Optional<User>>read(s -> s.users().find("usr_0009")))
                .contains(withoutPassword);

        store().<Boolean>write(s -> {
            s.users().setPasswordHash("usr_0009", "$argon2id$new");
            return true;
        });
        assertThat(store().<User>read(s -> s.users().find("usr_0009").orElseThrow())
                        .passwordHash())
                .isEqualTo("$argon2id$new");
    }

    private Optional<SignOnSettings> settings() {
        return store().read(s -> s.signOn().settings(TENANT.id()));
    }

    private void put(SignOnSettings settings, byte[] secret) {
        store().<Boolean>write(s -> {
            s.signOn().put(TENANT.id(), settings, secret);
            return true;
        });
    }

    private boolean link(String subject, User user) {
        return store().<Boolean>write(s -> s.signOn().link(ISSUER, subject, user.id(), NOW));
    }

    @Test
    default void takesEachStateOnceAndForgetsTheOldest() {
        assertThat(store().<Boolean>append(s -> s.signOn().useState("one", NOW.plusSeconds(1))))
                .isTrue();
        assertThat(store().<Boolean>append(s -> s.signOn().useState("one", NOW.plusSeconds(1))))
                .isFalse();
        for (int i = 2; i <= 5; i++) {
            String state = "state " + i;
            Instant expiresAt = NOW.plusSeconds(i);
            store().<Boolean>append(s -> s.signOn().useState(state, expiresAt));
        }

        store().<Boolean>append(s -> {
            s.signOn().trimStates(NOW.plusSeconds(1), 2);
            return true;
        });

        assertThat(List.of("one", "state 2", "state 3", "state 4", "state 5"))
                .filteredOn(state -> !store().<Boolean>append(s -> s.signOn().useState(state, NOW.plusSeconds(9))))
                .containsExactly("state 4", "state 5");
    }
}
