package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.ANN;
import static dev.inferencekey.server.store.StoreData.BOB;
import static dev.inferencekey.server.store.StoreData.NOW;
import static dev.inferencekey.server.store.StoreData.userSession;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.domain.project.User;
import dev.inferencekey.server.domain.project.UserSession;
import dev.inferencekey.server.ports.store.Store;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** People and their sign-ins. */
interface UserContract {
    Store store();

    @Test
    default void findsAPersonByIdAndByEmail() {
        assertThat(store().<Optional<User>>read(s -> s.users().find("usr_0001")))
                .contains(ANN);
        assertThat(store().<Optional<User>>read(s -> s.users().findByEmail("bob@acme.test")))
                .contains(BOB);
        assertThat(store().<Optional<User>>read(s -> s.users().findByEmail("no@acme.test")))
                .isEmpty();
    }

    @Test
    default void refusesAnEmailThatIsTaken() {
        assertThat(store().<Boolean>write(s -> s.users().insert(StoreData.user("usr_0003", ANN.email(), true))))
                .isFalse();
        assertThat(store().<Optional<User>>read(s -> s.users().find("usr_0003")))
                .isEmpty();
    }

    @Test
    default void knowsWhetherThereIsATenantOwner() {
        assertThat(store().<Boolean>read(s -> s.users().hasTenantOwner())).isFalse();

        store().write(s -> s.users().insert(StoreData.user("usr_0003", "owner@acme.test", true)));

        assertThat(store().<Boolean>read(s -> s.users().hasTenantOwner())).isTrue();
    }

    @Test
    default void changesAPassword() {
        store().write(s -> {
            s.users().setPasswordHash(ANN.id(), "$argon2id$new");
            return true;
        });

        assertThat(store().<User>read(s -> s.users().find(ANN.id()).orElseThrow())
                        .passwordHash())
                .isEqualTo("$argon2id$new");
        assertThat(store().<User>read(s -> s.users().find(BOB.id()).orElseThrow())
                        .passwordHash())
                .isEqualTo(BOB.passwordHash());
    }

    @Test
    default void keepsASignInUntilItIsDeleted() {
        UserSession signIn = userSession("aaaaaaaa", ANN, NOW.plusSeconds(60));
        store().write(s -> s.users().insertSession(signIn));

        assertThat(store().<Boolean>write(s -> s.users().insertSession(signIn))).isFalse();
        assertThat(store().<Optional<UserSession>>read(s -> s.users().findSession("aaaaaaaa")))
                .contains(signIn);
        assertThat(store().<Boolean>write(s -> s.users().deleteSession("aaaaaaaa")))
                .isTrue();
        assertThat(store().<Boolean>write(s -> s.users().deleteSession("aaaaaaaa")))
                .isFalse();
    }

    @Test
    default void forgetsExpiredSignInsAndAllOfOnePerson() {
        store().write(s -> {
            s.users().insertSession(userSession("aaaaaaa1", ANN, NOW));
            s.users().insertSession(userSession("aaaaaaa2", ANN, NOW.plusSeconds(60)));
            s.users().insertSession(userSession("aaaaaaa3", ANN, NOW.plusSeconds(60)));
            s.users().insertSession(userSession("bbbbbbb1", BOB, NOW.plusSeconds(60)));
            s.users().deleteSessionsExpiredBefore(NOW.plusSeconds(1));
            return true;
        });

        assertThat(store().<Optional<UserSession>>read(s -> s.users().findSession("aaaaaaa1")))
                .isEmpty();
        assertThat(store().<Optional<UserSession>>read(s -> s.users().findSession("aaaaaaa2")))
                .isPresent();

        store().write(s -> {
            s.users().deleteSessionsOf(ANN.id());
            return true;
        });

        assertThat(store().<Optional<UserSession>>read(s -> s.users().findSession("aaaaaaa3")))
                .isEmpty();
        assertThat(store().<Optional<UserSession>>read(s -> s.users().findSession("bbbbbbb1")))
                .isPresent();
    }

    @Test
    default void listsASessionAndWhenItWasSeen() {
        UserSession older = userSession("aaaaaaa1", ANN, NOW.plusSeconds(60));
        store().write(s -> {
            s.users().insertSession(older);
            s.users().insertSession(userSession("bbbbbbb1", BOB, NOW.plusSeconds(60)));
            s.users().sessionSeen("aaaaaaa1", NOW.plusSeconds(5));
            s.users().sessionSeen("nowhere1", NOW.plusSeconds(5));
            return true;
        });

        assertThat(store().<List<UserSession>>read(s -> s.users().sessionsOf(ANN.id())))
                .singleElement()
                .satisfies(session -> {
                    assertThat(session.lastSeenAt()).isEqualTo(NOW.plusSeconds(5));
                    assertThat(session.userAgent()).isEqualTo(older.userAgent());
                });
    }

    @Test
    default void anEarlierSightingOfASignInThatIsToldLateTakesNothingBack() {
        store().write(s -> s.users().insertSession(userSession("aaaaaaa1", ANN, NOW.plusSeconds(60))));
        store().<Boolean>write(s -> {
            s.users().sessionSeen("aaaaaaa1", NOW.plusSeconds(5));
            s.users().sessionSeen("aaaaaaa1", NOW.plusSeconds(3));
            return true;
        });

        assertThat(store().<UserSession>read(
                                s -> s.users().findSession("aaaaaaa1").orElseThrow())
                        .lastSeenAt())
                .isEqualTo(NOW.plusSeconds(5));
    }

    @Test
    default void remembersASignInThatWasHijackedUntilItWouldHaveExpired() {
        UserSession signIn = userSession("aaaaaaaa", ANN, NOW.plusSeconds(60));
        store().write(s -> s.users().insertSession(signIn));
        store().write(s -> s.users().insertSession(userSession("bbbbbbbb", BOB, NOW.plusSeconds(60))));

        assertThat(store().<Boolean>write(s -> s.users().endHijackedSession("aaaaaaaa")))
                .isTrue();
        assertThat(store().<Boolean>write(s -> s.users().endHijackedSession("aaaaaaaa")))
                .isFalse();

        assertThat(store().<Optional<UserSession>>read(s -> s.users().findSession("aaaaaaaa")))
                .isEmpty();
        assertThat(store().<Optional<SecretDigest>>read(s -> s.users().hijackedSession("aaaaaaaa")))
                .contains(signIn.secret());
        assertThat(store().<Optional<SecretDigest>>read(s -> s.users().hijackedSession("bbbbbbbb")))
                .isEmpty();

        store().<Boolean>write(s -> {
            s.users().deleteSessionsExpiredBefore(NOW.plusSeconds(61));
            return true;
        });
        assertThat(store().<Optional<SecretDigest>>read(s -> s.users().hijackedSession("aaaaaaaa")))
                .isEmpty();
    }

    @Test
    default void makesAPersonTheOwnerOfTheInstallation() {
        store().write(s -> {
            s.users().makeTenantOwner(ANN.id());
            return true;
        });

        assertThat(store().<User>read(s -> s.users().find(ANN.id()).orElseThrow())
                        .tenantOwner())
                .isTrue();
        assertThat(store().<User>read(s -> s.users().find(BOB.id()).orElseThrow())
                        .tenantOwner())
                .isFalse();
    }
}
